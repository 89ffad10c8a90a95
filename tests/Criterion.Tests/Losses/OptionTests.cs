using System.Reflection;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Schedules;
using static Criterion.Tests.Losses.RecordOptions;

namespace Criterion.Tests.Losses;

/// <summary>Options are checked wherever they are set: by a constructor, and by <c>with</c>, which goes past it.</summary>
public class OptionTests
{
    /// <summary>The losses and penalties among them; the numbers of other records may be infinite.</summary>
    public static TheoryData<Type> Criteria =>
        [.. Records.Select(static row => row.Data).Where(static type => type.IsAssignableTo(typeof(ICriterion)))];

    public static TheoryData<Type> Records =>
        [.. All(typeof(Loss).Assembly)];

    [Theory]
    [MemberData(nameof(Records))]
    public void With_refuses_what_the_constructor_refuses(Type type) => AssertSameChecks(type);

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Numbers_must_be_finite_unless_infinity_has_a_meaning(Type type)
    {
        // The maximum norm, and no check.
        string[] mayBeInfinite = ["P", "Tolerance"];
        foreach (ParameterInfo option in Options(type).Where(static option => Kind(option) == typeof(double)))
        {
            string name = Property(option)!.Name;
            string? refusal = Refusal(() => Make(type, option, double.PositiveInfinity));
            Assert.True(refusal is not null || mayBeInfinite.Contains(name), $"{type.Name}.{name} may be infinite");
            Assert.NotNull(Refusal(() => Make(type, option, double.NaN)));
        }
    }

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Errors_name_the_owner_and_the_option(Type type)
    {
        foreach (ParameterInfo option in Options(type).Where(static option => Kind(option) == typeof(double)))
        {
            string message = Refusal(() => Make(type, option, double.NaN))!;
            Assert.Contains($" {Property(option)!.Name} must be ", message, StringComparison.Ordinal);
            Assert.Contains(": ", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_record_of_losses_is_among_them()
    {
        HashSet<Type> all = [.. Records.Select(static row => row.Data)];
        Assert.Superset(new HashSet<Type> { typeof(HuberLoss), typeof(Psnr), typeof(StepSchedule), typeof(Size2) }, all);
        Assert.True(Records.Count > 80, $"{Records.Count}");
    }
}
