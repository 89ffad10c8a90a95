using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>The content of <c>compare.json</c>: options and results of a comparison.</summary>
public sealed record ComparisonRecord
{
    /// <summary>Gets the options.</summary>
    public required ComparisonOptions Options { get; init; }

    /// <summary>Gets the data.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>Gets the machine and the versions.</summary>
    public required MachineRecord Machine { get; init; }

    /// <summary>Gets the status.</summary>
    public RunStatus Status { get; init; }

    /// <summary>Gets the results so far, the best first.</summary>
    [JsonConverter(typeof(ValueListConverter<CompetitorResult>))]
    public ValueList<CompetitorResult> Results { get; init; } = [];
}

/// <summary>The results of one objective.</summary>
/// <param name="Name">The recipe or objective.</param>
/// <param name="Measures">The measures at the end, over the seeds.</param>
/// <param name="SecondsPerStep">
/// The duration of a generator step with all that belongs to it: the mean over seeds of each run's median.
/// </param>
/// <param name="StableShare">The share of runs in which no step was skipped and the samples did not collapse.</param>
/// <param name="Runs">The finished runs.</param>
public sealed record CompetitorResult(
    string Name,
    [property: JsonConverter(typeof(ValueListConverter<MeasureSummary>))] ValueList<MeasureSummary> Measures,
    double SecondsPerStep,
    double StableShare,
    [property: JsonConverter(typeof(ValueListConverter<SeedResult>))] ValueList<SeedResult> Runs)
{
    /// <summary>Summarizes runs.</summary>
    /// <param name="name">The recipe or objective.</param>
    /// <param name="runs">The runs; at least one, all with the same measures.</param>
    internal static CompetitorResult Of(string name, IReadOnlyList<SeedResult> runs) => new(
        name,
        [
            .. runs[0].Measures.Select((first, i) =>
                new MeasureSummary(first.Name, Interval.Of([.. runs.Select(run => run.Measures[i].Value)]))),
        ],
        runs.Average(static run => run.SecondsPerStep),
        runs.Count(static run => run.IsStable) / (double)runs.Count,
        [.. runs]);
}

/// <summary>A measure over the seeds.</summary>
/// <param name="Name">The name of the measure, such as <c>frechet</c>.</param>
/// <param name="Interval">The mean and its margin.</param>
public sealed record MeasureSummary(string Name, Interval Interval);

/// <summary>The results of one run.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Measures">The measures at the end.</param>
/// <param name="SecondsPerStep">The median duration of a step.</param>
/// <param name="Skipped">The number of steps skipped because a loss or gradient was not finite.</param>
/// <param name="Findings">The findings of the health checks.</param>
/// <param name="IsStable">Whether no step was skipped and the samples did not collapse.</param>
public sealed record SeedResult(
    ulong Seed,
    [property: JsonConverter(typeof(ValueListConverter<Measurement>))] ValueList<Measurement> Measures,
    double SecondsPerStep,
    long Skipped,
    [property: JsonConverter(typeof(ValueListConverter<SeedFinding>))] ValueList<SeedFinding> Findings,
    bool IsStable)
{
    /// <summary>Reads the results of the run in a folder; null if it is not finished.</summary>
    internal static SeedResult? Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, RunFolder.RecordName))
            || RunFolder.ReadRecord(folder) is not GanRunRecord { Status: RunStatus.Finished, Quality: { } quality } record)
        {
            return null;
        }

        CsvTable losses = CsvTable.Read(Path.Combine(folder, RunFolder.LossesName));
        IReadOnlyList<(long Step, Finding Finding)> findings = TrainingMonitor.Replay(losses, record.Options.Objective);
        long skipped = (long)losses["skipped"][^1];
        return new(
            record.Options.Seed,
            quality.Values,
            losses.Median("seconds"),
            skipped,
            [.. findings.Select(static one => new SeedFinding(one.Step, one.Finding.Kind, one.Finding.Message))],
            skipped == 0 && findings.All(static one => one.Finding.Kind != FindingKind.Collapse));
    }
}

/// <summary>A finding of a run.</summary>
/// <param name="Step">The step at which it was found.</param>
/// <param name="Kind">The kind of problem.</param>
/// <param name="Message">The evidence and what may help.</param>
public sealed record SeedFinding(long Step, FindingKind Kind, string Message);
