using System.Globalization;
using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>A measured value.</summary>
/// <param name="Name">The name of the measure, such as <c>frechet</c>.</param>
/// <param name="Value">The value.</param>
public readonly record struct Measurement(string Name, double Value);

/// <summary>The measured quality of samples after a step: a row of <c>measures.csv</c>.</summary>
/// <param name="Step">The number of the step.</param>
/// <param name="Values">The values of all measures.</param>
public sealed record SampleQuality(
    long Step, [property: JsonConverter(typeof(ValueListConverter<Measurement>))] ValueList<Measurement> Values)
{
    /// <summary>Gets the header.</summary>
    internal string Header => string.Join(',', Values.Select(static one => one.Name).Prepend("step"));

    /// <summary>Returns the row, in the order of the header.</summary>
    internal string ToCsv() => string.Join(
        ',',
        Values.Select(static one => one.Value.ToString("G9", CultureInfo.InvariantCulture))
            .Prepend(Step.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Formats the values as a line of progress.</summary>
    public string Describe() =>
        string.Join("  ", Values.Select(static one => $"{DisplayName.Of(one.Name)} {NumberText.Significant(one.Value, 4)}"));
}
