using System.Reflection;

namespace Criterion.Training;

/// <summary>An option of a training: its declaration, and how its text is parsed, checked, formatted and applied.</summary>
public sealed class TrainingOption
{
    readonly PropertyInfo _property;
    readonly ValueRange _range;

    /// <summary>Creates the option that a property declares.</summary>
    internal TrainingOption(PropertyInfo property, TrainingOptionAttribute declaration)
    {
        (_property, Declaration) = (property, declaration);
        _range = ValueRange.Parse(declaration.Range);
    }

    /// <summary>Gets the declaration.</summary>
    public TrainingOptionAttribute Declaration { get; }

    /// <summary>Gets the name in kebab case.</summary>
    public string Name => Declaration.Name;

    /// <summary>Gets the name of the property.</summary>
    public string Property => _property.Name;

    /// <summary>Gets the name of the property with its type, as library messages name it, such as <c>GanOptions.Beta1</c>.</summary>
    public string QualifiedName => $"{_property.DeclaringType!.Name}.{_property.Name}";

    /// <summary>Gets whether the option is a list, whose items are given one by one.</summary>
    public bool IsList => OptionText.ItemOf(_property.PropertyType) is not null;

    /// <summary>Gets the type of a value, or of an item of a list.</summary>
    public Type ValueType =>
        OptionText.ItemOf(_property.PropertyType) ?? Nullable.GetUnderlyingType(_property.PropertyType) ?? _property.PropertyType;

    /// <summary>Gets the words that the option accepts; none if it accepts others.</summary>
    public IReadOnlyList<string> Words => OptionText.WordsOf(ValueType);

    /// <summary>Gets the values that the option accepts, in words.</summary>
    public string Expected =>
        OptionText.IsNumber(ValueType) ? _range.Describe(ValueType != typeof(double)) : OptionText.Expected(ValueType);

    /// <summary>Parses a value, or an item of a list.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The value; null for none.</returns>
    /// <exception cref="TrainingException">The text has another form, or the value is out of range.</exception>
    public object? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        object? value = OptionText.Parse(ValueType, text, out bool isValid);
        return isValid && IsInRange(value)
            ? value
            : throw new TrainingException($"Invalid value '{text}' for {QualifiedName}. Expected {Expected}.{NumberText.Hint(text)}");
    }

    /// <summary>Returns options with the value of a text in place of the present one.</summary>
    /// <param name="options">The options.</param>
    /// <param name="texts">The text; several for the items of a list.</param>
    /// <exception cref="TrainingException">A text has another form, or the value is out of range.</exception>
    public TOptions Apply<TOptions>(TOptions options, params IReadOnlyList<string> texts)
        where TOptions : TrainingOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(texts);
        TrainingOptions copy = (TrainingOptions)options with { };
        Set(copy, IsList ? OptionText.List(this, texts) : Parse(texts[^1]));
        return (TOptions)copy;
    }

    /// <summary>Formats the present value, as <see cref="Parse"/> reads it.</summary>
    public string Format(TrainingOptions options) => OptionText.Format(_property.GetValue(options));

    /// <summary>Refuses a number that is out of range.</summary>
    /// <exception cref="TrainingException">The number is out of range.</exception>
    internal void Check(TrainingOptions options) => Check(_property.GetValue(options), QualifiedName);

    /// <inheritdoc cref="Check(TrainingOptions)"/>
    /// <param name="value">The value.</param>
    /// <param name="what">The name of the value in the error.</param>
    internal void Check(object? value, string what)
    {
        if (!IsInRange(value))
        {
            throw new TrainingException($"{what}: the value must be {Expected}, but is {OptionText.Format(value)}. "
                + "Set a value in that range.");
        }
    }

    bool IsInRange(object? value) => !OptionText.IsNumber(ValueType) || (value switch
    {
        double real => _range.Contains(real),
        int whole => _range.Contains(whole),
        ulong whole => _range.Contains(whole),
        IEnumerable<int> items => items.All(item => _range.Contains(item)),
        _ => true,
    });

    // An error of a property whose setter checks is that of the caller, not of reflection.
    void Set(TrainingOptions options, object? value)
    {
        try
        {
            _property.SetValue(options, value);
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException or TrainingException)
        {
            throw new TrainingException($"{QualifiedName}: {ErrorText.Of(e.InnerException)}", e.InnerException);
        }
    }
}
