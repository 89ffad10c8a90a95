using System.Runtime.CompilerServices;

namespace Criterion.Training;

/// <summary>
/// Declares a property of <see cref="TrainingOptions"/> as an option that can be given as text, such as on a command line. Parsing, the
/// check of the range, help texts and the translation of error messages are all derived from this declaration.
/// </summary>
/// <param name="name">The name in kebab case, such as <c>d-steps</c>.</param>
/// <param name="description">The meaning, as one phrase without the default and without a full stop.</param>
/// <param name="line">The line of the declaration, which orders the options. The compiler fills it in.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TrainingOptionAttribute(string name, string description, [CallerLineNumber] int line = 0) : Attribute
{
    /// <summary>Gets the name.</summary>
    public string Name => name;

    /// <summary>Gets the meaning.</summary>
    public string Description => description;

    /// <summary>Gets or sets the placeholder of the value in help texts. Default: <c>value</c>.</summary>
    public string ValueName { get; set; } = "value";

    /// <summary>
    /// Gets or sets the range of numbers in interval notation, such as <c>[0, 1)</c> or <c>(0, ∞)</c>. Default: any finite number.
    /// </summary>
    public string Range { get; set; } = "(-∞, ∞)";

    /// <summary>Gets or sets the default in words. Default: the value of the property.</summary>
    public string? Default { get; set; }

    /// <summary>Gets the line of the declaration.</summary>
    internal int Line => line;
}
