using System.Runtime.CompilerServices;

namespace Criterion.Training;

/// <summary>
/// Declares a property of a training step as a column of <c>losses.csv</c>. The header, the rows, the row of a skipped step, the table
/// and the charts of the report, and the steps that a health check reads back are all derived from this declaration.
/// </summary>
/// <param name="name">The name in the header, in snake case.</param>
/// <param name="description">The meaning, as one phrase without a full stop.</param>
/// <param name="line">The line of the declaration, which orders the columns. The compiler fills it in.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StepColumnAttribute(string name, string description, [CallerLineNumber] int line = 0) : Attribute
{
    /// <summary>Gets the name in the header.</summary>
    public string Name => name;

    /// <summary>Gets the meaning.</summary>
    public string Description => description;

    /// <summary>Gets or sets the name in reports. Default: the name with spaces for underscores.</summary>
    public string? Label { get; set; }

    /// <summary>
    /// Gets or sets the title of the chart; columns of one title share a chart. Default: no title, so a separate chart.
    /// </summary>
    public string? Chart { get; set; }

    /// <summary>Gets or sets whether the report charts the column. Default: true.</summary>
    public bool IsCharted { get; set; } = true;

    /// <summary>Gets or sets whether the report omits the column from its charts while all values are 0. Default: false.</summary>
    public bool IsOmittedWhenZero { get; set; }

    /// <summary>Gets or sets whether the chart may use a logarithmic axis. Default: false.</summary>
    public bool MayBeLog { get; set; }

    /// <summary>Gets or sets whether the chart is captioned with the description. Default: false.</summary>
    public bool IsExplained { get; set; }

    /// <summary>Gets or sets whether a comparison charts the column. Default: false.</summary>
    public bool IsCompared { get; set; }

    /// <summary>Gets or sets the .NET format of the values. Default: 9 significant digits, enough to restore a float.</summary>
    public string Format { get; set; } = "G9";

    /// <summary>Gets the line of the declaration.</summary>
    internal int Line => line;
}
