using System.Globalization;
using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>One measure of generated samples.</summary>
/// <param name="Name">Its name, such as <c>frechet</c>.</param>
/// <param name="Value">What was found.</param>
public readonly record struct Measurement(string Name, double Value);

/// <summary>How good generated samples were after a step: a row of <c>measures.csv</c>.</summary>
/// <param name="Step">The number of the step.</param>
/// <param name="Values">By each measure.</param>
public sealed record SampleQuality(long Step, [property: JsonConverter(typeof(ValueListConverter<Measurement>))] ValueList<Measurement> Values)
{
    /// <summary>The names of the columns.</summary>
    internal string Header => string.Join(',', Values.Select(static one => one.Name).Prepend("step"));

    /// <summary>The row, in the order of the header.</summary>
    internal string ToCsv() => string.Join(',', Values.Select(static one => one.Value.ToString("G9", CultureInfo.InvariantCulture)).Prepend(Step.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The measures for someone who watches.</summary>
    public string Describe() => string.Join("  ", Values.Select(static one => $"{DisplayName.Of(one.Name)} {NumberText.Significant(one.Value, 4)}"));
}
