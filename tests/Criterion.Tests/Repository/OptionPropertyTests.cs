using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;
using Criterion.Schedules;

namespace Criterion.Tests.Repository;

/// <summary>Options can be read from the object that has them.</summary>
public class OptionPropertyTests
{
    static readonly Type[] Public = [.. typeof(Tensor).Assembly.GetExportedTypes()];

    /// <summary>Objects with options: losses, penalties, metrics, schedules.</summary>
    public static TheoryData<Type> Owners => [.. Public.Where(static type => !type.IsAbstract && (
        type.IsAssignableTo(typeof(ICriterion)) || type.IsAssignableTo(typeof(ImageMetric)) || type.IsAssignableTo(typeof(Schedule))))];

    [Theory]
    [MemberData(nameof(Owners))]
    public void Every_option_is_a_property_of_the_same_name(Type type)
    {
        // Options that are given as one record are the properties of that record.
        string[] missing =
        [
            .. from constructor in type.GetConstructors()
               from parameter in constructor.GetParameters()
               where !parameter.ParameterType.Name.EndsWith("Options", StringComparison.Ordinal)
               where type.GetProperty(Pascal(parameter.Name!)) is null
               select $"{type.Name}({parameter.Name})",
        ];
        Assert.Empty(missing);
    }

    static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
