using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Criterion.Formats;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>An option of a loss: a parameter of its constructor, or a property that can be initialized.</summary>
internal sealed class CatalogueOption
{
    const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties;

    // Some options accept infinity, which turns a check off.
    const string Infinite = "Infinity";

    readonly ParameterInfo? _parameter;
    readonly PropertyInfo? _property;

    CatalogueOption(string name, Type type, object? initial, bool isRequired, ParameterInfo? parameter, PropertyInfo? property)
    {
        (Name, Type, Initial, IsRequired) = (name, type, initial, isRequired);
        (_parameter, _property) = (parameter, property);
    }

    /// <summary>Gets the name, such as <c>margin</c>.</summary>
    public string Name { get; }

    public Type Type { get; }

    /// <summary>Gets the default.</summary>
    public object? Initial { get; }

    public bool IsRequired { get; }

    /// <summary>Gets the description, from the XML documentation.</summary>
    public string Description => _parameter is null ? XmlDocumentation.Of(_property!) : XmlDocumentation.Of(_parameter);

    /// <summary>Gets whether the value is a number.</summary>
    public bool IsNumeric => Kind == typeof(double) || Kind == typeof(int);

    /// <summary>Gets the default as it would be typed.</summary>
    public string Default => Initial switch
    {
        null => IsRequired ? "required" : "none",
        double number => Number(number),
        bool flag => flag ? "true" : "false",
        Enum value => value.ToString(),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        object value => value.ToString()!,
    };

    /// <summary>Gets whether the constructor takes it.</summary>
    public bool IsArgument => _parameter is not null;

    /// <summary>Gets the default in C#.</summary>
    public string Code => Initial switch
    {
        null => "null",
        Enum value => $"{value.GetType().Name}.{value}",
        _ => Default,
    };

    /// <summary>Gets the accepted values, in words.</summary>
    public string Accepts => Kind == typeof(Tensor) ? "a .npy file" : ValueText.Expected(Kind);

    Type Kind => Nullable.GetUnderlyingType(Type) ?? Type;

    /// <summary>Returns the options of a loss whose values can be given as text.</summary>
    public static IReadOnlyList<CatalogueOption> Of([DynamicallyAccessedMembers(Members)] Type type)
    {
        ConstructorInfo constructor = Constructor(type);
        List<CatalogueOption> options = [];
        foreach (ParameterInfo parameter in constructor.GetParameters().Where(static p => IsText(p.ParameterType)))
        {
            options.Add(new(
                Camel(parameter.Name!), parameter.ParameterType, DefaultOf(parameter), !parameter.HasDefaultValue, parameter, null));
        }

        foreach (PropertyInfo property in type.GetProperties().Where(IsOption))
        {
            string name = Camel(property.Name);
            if (!options.Exists(option => option.Name == name))
            {
                options.Add(new(name, property.PropertyType, Zero(property.PropertyType), false, null, property));
            }
        }

        return options;
    }

    /// <summary>Creates a loss with some options set.</summary>
    public static object Construct(
        [DynamicallyAccessedMembers(Members)] Type type,
        IReadOnlyList<CatalogueOption> options,
        IReadOnlyDictionary<string, string> settings)
    {
        ConstructorInfo constructor = Constructor(type);
        object?[] arguments = [.. constructor.GetParameters().Select(parameter => Argument(parameter, options, settings))];
        try
        {
            object made = constructor.Invoke(arguments);
            foreach (CatalogueOption option in options.Where(option => option._property is not null && settings.ContainsKey(option.Name)))
            {
                option._property!.SetValue(made, option.Parse(settings[option.Name]));
            }

            return made;
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException or TensorException)
        {
            throw new ToolException(ErrorText.Of(e.InnerException), e);
        }
    }

    static object? Argument(ParameterInfo parameter, IReadOnlyList<CatalogueOption> options, IReadOnlyDictionary<string, string> settings)
    {
        CatalogueOption? option = options.FirstOrDefault(option => option._parameter == parameter);
        return option is not null && settings.TryGetValue(option.Name, out string? text) ? option.Parse(text) : DefaultOf(parameter);
    }

    object Parse(string text) => TryParse(text) ?? throw new ToolException(UsageErrors.InvalidNumber(text, $"--option {Name}", Accepts));

    object? TryParse(string text)
    {
        if (Kind == typeof(Tensor))
        {
            return Npy.Read(Paths.ToRead(text, $"--option {Name}", Accepts));
        }

        return ValueText.Parse(Kind, text) ?? (Kind == typeof(double) && text == Infinite ? double.PositiveInfinity : null);
    }

    // The longest constructor whose parameters can all be given as text or have defaults; others take option records.
    static ConstructorInfo Constructor([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type) =>
        type.GetConstructors()
        .Where(static c => c.GetParameters().All(static p => p.HasDefaultValue || IsText(p.ParameterType)))
        .MaxBy(static c => c.GetParameters().Length)
        ?? throw new InvalidOperationException($"{type.Name} has no constructor that the catalogue can call.");

    // The default of an enumeration is stored as its number.
    static object? DefaultOf(ParameterInfo parameter) => !parameter.HasDefaultValue ? Zero(parameter.ParameterType)
        : parameter is { ParameterType.IsEnum: true, DefaultValue: { } number } ? Enum.ToObject(parameter.ParameterType, number)
        : parameter.DefaultValue;

    // A required option is 0 or the first value in plots; the catalogue lists it as required.
    static object? Zero(Type type) => type switch
    {
        { IsEnum: true } => Enum.ToObject(type, 0),
        _ when type == typeof(double) => 0.0,
        _ when type == typeof(int) => 0,
        _ when type == typeof(long) => 0L,
        _ when type == typeof(bool) => false,
        _ => null,
    };

    static bool IsOption(PropertyInfo property) => property.SetMethod is { IsPublic: true } && IsText(property.PropertyType);

    static bool IsText(Type type)
    {
        Type kind = Nullable.GetUnderlyingType(type) ?? type;
        return kind.IsEnum || kind == typeof(double) || kind == typeof(int) || kind == typeof(long) || kind == typeof(bool)
            || kind == typeof(Tensor);
    }

    static string Number(double value) =>
        NumberText.TryParse(NumberText.Format(value), out double shown) && shown == value
            ? NumberText.Format(value)
            : value.ToString("R", CultureInfo.InvariantCulture);

    static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
