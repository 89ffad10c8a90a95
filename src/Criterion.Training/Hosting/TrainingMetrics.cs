using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Criterion.Training;

/// <summary>
/// The metrics of all runs in the process, for OpenTelemetry, <c>dotnet-counters</c> or any other
/// <see cref="System.Diagnostics.Metrics.MeterListener"/>. Each column of <c>losses.csv</c> and <c>measures.csv</c> is an instrument.
/// </summary>
/// <remarks>
/// <para>
/// An instrument is named <c>criterion.</c> and the name of the column, such as <c>criterion.generator_loss</c>. The column <c>step</c> is
/// a counter of steps, <c>seconds</c> is a histogram of durations, and every other column is a gauge of its last value.
/// </para>
/// <para>
/// Every value has the tags <c>recipe</c> and <c>run</c>, the name of the folder. A run records nothing while no listener is enabled.
/// </para>
/// </remarks>
public static class TrainingMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Criterion.Training";

    const string Prefix = "criterion.";
    const string StepName = "step";
    const string SecondsName = "seconds";

    static readonly Meter Meter = new(MeterName);
    static readonly Counter<long> Steps = Meter.CreateCounter<long>(Prefix + StepName, "{step}", "Steps that are done");
    static readonly Histogram<double> Seconds = Meter.CreateHistogram<double>(Prefix + SecondsName, "s", "Duration of a step");
    static readonly ConcurrentDictionary<string, Gauge<double>> Gauges = [];

    /// <summary>Records a value of a column.</summary>
    internal static void Record(string name, double value, string? description, in TagList tags)
    {
        switch (name)
        {
            case StepName:
                Steps.Add(1, tags);
                break;
            case SecondsName:
                Seconds.Record(value, tags);
                break;
            default:
                Gauges.GetOrAdd(name, static (name, text) => Meter.CreateGauge<double>(Prefix + name, description: text), description)
                    .Record(value, tags);
                break;
        }
    }
}

/// <summary>Records what a run does as metrics.</summary>
internal sealed class MetricsObserver : RunObserver
{
    readonly TagList _tags;

    /// <summary>Creates the observer of a run.</summary>
    /// <param name="recipe">The name of the recipe.</param>
    /// <param name="folder">The folder of the run.</param>
    public MetricsObserver(string recipe, string folder) => _tags =
    [
        new("recipe", recipe), new("run", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))),
    ];

    /// <inheritdoc/>
    public override void OnStep(IRunStep step, StepColumns columns)
    {
        foreach ((StepColumnAttribute column, double value) in columns.Values(step))
        {
            TrainingMetrics.Record(column.Name, value, column.Description, _tags);
        }
    }

    /// <inheritdoc/>
    public override void OnMeasured(SampleQuality quality)
    {
        foreach (Measurement measure in quality.Values)
        {
            TrainingMetrics.Record(measure.Name, measure.Value, DisplayName.Title(measure.Name), _tags);
        }
    }
}
