using System.Globalization;
using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>A measured value.</summary>
public readonly record struct Measurement
{
    /// <summary>Initializes the measurement.</summary>
    /// <param name="name">The name of the measure, such as <c>frechet</c>.</param>
    /// <param name="value">The value.</param>
    public Measurement(string name, double value) => (Name, Value) = (name, value);

    /// <summary><inheritdoc cref="Measurement(string, double)" path="/param[@name='name']/node()"/></summary>
    public string Name { get; init; }

    /// <summary><inheritdoc cref="Measurement(string, double)" path="/param[@name='value']/node()"/></summary>
    public double Value { get; init; }
}

/// <summary>The measured quality of samples after a step: a row of <c>measures.csv</c>.</summary>
public sealed record SampleQuality
{
    /// <summary>Initializes the result.</summary>
    /// <param name="step">The number of the step.</param>
    /// <param name="values">The values of all measures.</param>
    public SampleQuality(long step, ValueList<Measurement> values) => (Step, Values) = (step, values);

    /// <summary><inheritdoc cref="SampleQuality(long, ValueList{Measurement})" path="/param[@name='step']/node()"/></summary>
    public long Step { get; init; }

    /// <summary><inheritdoc cref="SampleQuality(long, ValueList{Measurement})" path="/param[@name='values']/node()"/></summary>
    [JsonConverter(typeof(ValueListConverter<Measurement>))]
    public ValueList<Measurement> Values { get; init; }

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
