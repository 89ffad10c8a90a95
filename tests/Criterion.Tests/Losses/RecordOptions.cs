using System.Reflection;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>The options of records, read from their constructors.</summary>
static class RecordOptions
{
    static readonly Dictionary<Type, object[]> Values = new()
    {
        [typeof(double)] = [double.NaN, double.NegativeInfinity, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, double.PositiveInfinity],
        [typeof(int)] = [int.MinValue, -1, 0, 1, 2, 3, int.MaxValue],
        [typeof(long)] = [long.MinValue, -1L, 0L, 1L, long.MaxValue],
        [typeof(Reduction)] = [.. Enum.GetValues<Reduction>(), (Reduction)99],
    };

    /// <summary>Returns the records of an assembly that have such options.</summary>
    public static IEnumerable<Type> All(Assembly assembly) => assembly.GetExportedTypes().Where(static type =>
        !type.IsAbstract && IsRecord(type) && Constructor(type) is not null && Options(type).Length > 0);

    /// <summary>Asserts that a property refuses, with the same message, the values that the constructor refuses.</summary>
    public static void AssertSameChecks(Type type)
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

    static bool IsRecord(Type type) => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    static ConstructorInfo? Constructor(Type type) => type.GetConstructors()
        .Where(static constructor => constructor.GetParameters().All(static p => p.HasDefaultValue || p.ParameterType.IsValueType))
        .MaxBy(static constructor => constructor.GetParameters().Length);

    /// <summary>Returns what a constructor takes and a property of that name sets.</summary>
    public static ParameterInfo[] Options(Type type) =>
        [.. Constructor(type)!.GetParameters().Where(
            static option => Values.ContainsKey(Kind(option)) && Property(option) is { SetMethod: not null })];

    /// <summary>Returns the property of an option.</summary>
    public static PropertyInfo? Property(ParameterInfo option) =>
        option.Member.DeclaringType!.GetProperty(option.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);

    /// <summary>Returns the type without null.</summary>
    public static Type Kind(ParameterInfo option) => Nullable.GetUnderlyingType(option.ParameterType) ?? option.ParameterType;

    /// <summary>Creates a record with one option changed.</summary>
    public static object Make(Type type, ParameterInfo? changed = null, object? value = null) =>
        Constructor(type)!.Invoke([.. Constructor(type)!.GetParameters().Select(option => option == changed ? value : Initially(option))]);

    // 1 is allowed of every number that has no default.
    static object? Initially(ParameterInfo option) => option switch
    {
        { HasDefaultValue: true, DefaultValue: { } value } when Kind(option).IsEnum => Enum.ToObject(Kind(option), value),
        { HasDefaultValue: true } => option.DefaultValue,
        _ when Kind(option).IsEnum => Enum.ToObject(Kind(option), 0),
        _ => Convert.ChangeType(1, Kind(option), null),
    };

    /// <summary>Returns the message of the error, or null.</summary>
    public static string? Refusal(Action set)
    {
        try
        {
            set();
            return null;
        }
        catch (TargetInvocationException e)
        {
            Assert.True(e.InnerException is ArgumentException or CriterionException, e.InnerException!.ToString());
            return e.InnerException.Message;
        }
    }
}
