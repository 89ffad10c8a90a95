using System.Reflection;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>Options are checked wherever they are set: by a constructor, and by <c>with</c>, which goes past it.</summary>
public class OptionTests
{
    static readonly Dictionary<Type, object[]> Values = new()
    {
        [typeof(double)] = [double.NaN, double.NegativeInfinity, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, double.PositiveInfinity],
        [typeof(int)] = [int.MinValue, -1, 0, 1, 2, 3, int.MaxValue],
        [typeof(long)] = [long.MinValue, -1L, 0L, 1L, long.MaxValue],
        [typeof(Reduction)] = [.. Enum.GetValues<Reduction>(), (Reduction)99],
    };

    /// <summary>The losses and penalties among them; other records are checked where they are used.</summary>
    public static TheoryData<Type> Criteria =>
        [.. Records.Select(static row => row.Data).Where(static type => type.IsAssignableTo(typeof(ICriterion)))];

    public static TheoryData<Type> Records =>
        [.. typeof(Loss).Assembly.GetTypes().Where(static type => IsRecord(type) && Options(type).Length > 0)];

    [Theory]
    [MemberData(nameof(Records))]
    public void With_refuses_what_the_constructor_refuses(Type type)
    {
        foreach (ParameterInfo option in Options(type))
        {
            foreach (object value in Values[Kind(option)])
            {
                string? atStart = Refusal(() => Make(type, option, value));
                string? later = Refusal(() => Property(option)!.SetValue(Make(type), value));
                Assert.True(
                    atStart == later,
                    $"{option.Name} = {value}: the constructor says {atStart ?? "nothing"}, and with says {later ?? "nothing"}");
            }
        }
    }

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
        Assert.Contains(typeof(HuberLoss), Records.Select(static row => row.Data));
        Assert.True(Records.Count > 70, $"{Records.Count}");
    }

    static bool IsRecord(Type type) =>
        type is { IsPublic: true, IsAbstract: false, Namespace: "Criterion.Losses" } && type.GetMethod("<Clone>$") is not null
            && Constructor(type) is not null;

    static ConstructorInfo? Constructor(Type type) => type.GetConstructors()
        .Where(static constructor => constructor.GetParameters().All(static p => p.HasDefaultValue || p.ParameterType.IsValueType))
        .MaxBy(static constructor => constructor.GetParameters().Length);

    // What a constructor takes and a property of that name sets.
    static ParameterInfo[] Options(Type type) =>
        [.. Constructor(type)!.GetParameters().Where(
            static option => Values.ContainsKey(Kind(option)) && Property(option) is { SetMethod: not null })];

    static PropertyInfo? Property(ParameterInfo option) =>
        option.Member.DeclaringType!.GetProperty(option.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);

    static Type Kind(ParameterInfo option) => Nullable.GetUnderlyingType(option.ParameterType) ?? option.ParameterType;

    static object Make(Type type, ParameterInfo? changed = null, object? value = null) =>
        Constructor(type)!.Invoke([.. Constructor(type)!.GetParameters().Select(option => option == changed ? value : Initially(option))]);

    // 1 is allowed of every number that has no default.
    static object? Initially(ParameterInfo option) => option switch
    {
        { HasDefaultValue: true, DefaultValue: { } value } when Kind(option).IsEnum => Enum.ToObject(Kind(option), value),
        { HasDefaultValue: true } => option.DefaultValue,
        _ when option.ParameterType.IsEnum => Enum.ToObject(option.ParameterType, 0),
        _ => Convert.ChangeType(1, option.ParameterType, null),
    };

    static string? Refusal(Action set)
    {
        try
        {
            set();
            return null;
        }
        catch (TargetInvocationException e)
        {
            return Assert.IsType<ArgumentOutOfRangeException>(e.InnerException).Message;
        }
    }
}
