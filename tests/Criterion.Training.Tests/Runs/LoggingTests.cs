using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Criterion.Training.Tests;

/// <summary>Runs report to an <see cref="ILogger"/> and to the meter of <see cref="TrainingMetrics"/>.</summary>
public sealed class LoggingTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_run_logs_start_steps_measures_checkpoints_and_end()
    {
        ListLogger log = new(LogLevel.Debug);
        Run(log, steps: 3, measure: new MeasureOptions(2, 20));

        // Start and first checkpoint; step 1; step 2 with measures, two pictures and a checkpoint; step 3, its picture, checkpoint and
        // measures; the end.
        Assert.Equal([1, 6, 2, 2, 4, 5, 5, 6, 2, 5, 6, 4, 7], log.Entries.Select(static entry => entry.Id));
        Assert.All(log.Entries, static entry => Assert.Equal(entry.Id is 2 or 5 ? LogLevel.Debug : LogLevel.Information, entry.Level));
        Assert.Contains(log.Entries, entry => entry.Text == $"Training gan into {_temp["run"]}: 0 of 3 steps are done");
        Assert.Contains(log.Entries, entry => entry.Text == $"{_temp["run"]}, step 2: wrote a checkpoint");
        Assert.StartsWith($"Finished: {_temp["run"]} after 3 of 3 steps in ", log.Entries[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_are_logged_only_if_asked_for()
    {
        ListLogger log = new(LogLevel.Information);
        Run(log, steps: 3);

        Assert.DoesNotContain(log.Entries, static entry => entry.Level < LogLevel.Information);
    }

    [Fact]
    public void Findings_are_warnings_once()
    {
        ListLogger log = new(LogLevel.Debug);
        LogObserver observer = new(log, "run");
        observer.OnStart(Record(steps: 1000));
        for (int step = 1; step <= 1000; step++)
        {
            observer.OnStep(new GanStep { Step = step, Diversity = 0, Accuracy = 0.6, GeneratorGradientNorm = 1 }, GanStep.Columns);
        }

        (int id, LogLevel level, string text) = Assert.Single(log.Entries, static entry => entry.Level == LogLevel.Warning);
        Assert.Equal((3, LogLevel.Warning), (id, level));
        Assert.Contains("Collapse: The samples have collapsed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_is_an_error()
    {
        ListLogger log = new(LogLevel.Information);
        GanRun run = Open(steps: 3);
        run.Logger = log;
        Assert.Throws<InvalidOperationException>(() => run.Execute(
            static _ => throw new InvalidOperationException("no more"), TestContext.Current.CancellationToken));

        Assert.Equal((8, LogLevel.Error, $"Failed: {_temp["run"]} after 1 steps: no more"), log.Entries[^1]);
    }

    [Fact]
    public void Every_column_is_an_instrument_with_the_values_of_the_file()
    {
        Dictionary<string, List<double>> values = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, own) =>
        {
            if (instrument.Meter.Name == TrainingMetrics.MeterName)
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        Run(null, steps: 4, measure: new MeasureOptions(2, 20), folder: "metered");

        CsvTable losses = CsvTable.Read(_temp["metered/losses.csv"]);
        CsvTable measures = CsvTable.Read(_temp["metered/measures.csv"]);
        Assert.Equal(
            losses.Names.Concat(measures.Names).Select(static name => $"criterion.{name}").Distinct().Order(), values.Keys.Order());
        Assert.Equal([1, 1, 1, 1], values["criterion.step"]);
        foreach (CsvTable table in (CsvTable[])[losses, measures])
        {
            foreach (string name in table.Names.Where(static name => name != "step"))
            {
                Assert.All(
                    table[name].Zip(values[$"criterion.{name}"]),
                    pair => Assert.Equal(pair.First, pair.Second, (1e-6 * Math.Abs(pair.First)) + 1e-6));
            }
        }

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            // Other tests train at the same time.
            Dictionary<string, object?> named = new(tags.ToArray());
            if (named["run"] is "metered" && named["recipe"] is "gan")
            {
                values.TryAdd(instrument.Name, []);
                values[instrument.Name].Add(value);
            }
        }
    }

    GanRunRecord Record(int steps) => Open(steps).Record;

    void Run(ILogger? log, int steps, MeasureOptions? measure = null, string folder = "run")
    {
        GanRun run = Open(steps, measure, folder);
        run.Logger = log;
        run.Execute(cancellation: TestContext.Current.CancellationToken);
    }

    GanRun Open(int steps, MeasureOptions? measure = null, string folder = "run") => GanRun.Open(
        _temp[folder], Tiny.Data, Tiny.Recipe(steps: steps).Options, sampleEvery: 2, checkpointEvery: 2, measure: measure);

    sealed class ListLogger(LogLevel least) : ILogger
    {
        public List<(int Id, LogLevel Level, string Text)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Entries.Add((eventId.Id, logLevel, formatter(state, exception)));
            }
        }
    }
}
