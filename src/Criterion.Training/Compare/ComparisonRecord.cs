using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>What <c>compare.json</c> says: what was compared, and what came out.</summary>
public sealed record ComparisonRecord
{
    /// <summary>What is compared, and how.</summary>
    public required ComparisonOptions Options { get; init; }

    /// <summary>The data.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>The machine and the versions.</summary>
    public required MachineRecord Machine { get; init; }

    /// <summary>Whether all is done.</summary>
    public RunStatus Status { get; init; }

    /// <summary>The results so far, the best first.</summary>
    [JsonConverter(typeof(ValueListConverter<CompetitorResult>))]
    public ValueList<CompetitorResult> Results { get; init; } = [];
}

/// <summary>What came out for one of those that are compared.</summary>
/// <param name="Name">The recipe or objective.</param>
/// <param name="Measures">Its samples at the end, over the seeds.</param>
/// <param name="SecondsPerStep">How long a generator step took with all that belongs to it: the mean over seeds of each run's median.</param>
/// <param name="StableShare">The share of runs in which no step was skipped and the samples did not collapse.</param>
/// <param name="Runs">Each run that is finished.</param>
public sealed record CompetitorResult(
    string Name,
    [property: JsonConverter(typeof(ValueListConverter<MeasureSummary>))] ValueList<MeasureSummary> Measures,
    double SecondsPerStep,
    double StableShare,
    [property: JsonConverter(typeof(ValueListConverter<SeedResult>))] ValueList<SeedResult> Runs)
{
    /// <summary>The result of runs.</summary>
    /// <param name="name">The recipe or objective.</param>
    /// <param name="runs">At least one, all measured alike.</param>
    internal static CompetitorResult Of(string name, IReadOnlyList<SeedResult> runs) => new(
        name,
        [.. runs[0].Measures.Select((first, i) => new MeasureSummary(first.Name, Interval.Of([.. runs.Select(run => run.Measures[i].Value)])))],
        runs.Average(static run => run.SecondsPerStep),
        runs.Count(static run => run.IsStable) / (double)runs.Count,
        [.. runs]);
}

/// <summary>One measure over the seeds.</summary>
/// <param name="Name">Its name, such as <c>frechet</c>.</param>
/// <param name="Interval">Mean and margin.</param>
public sealed record MeasureSummary(string Name, Interval Interval);

/// <summary>What came out of one run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Measures">Its samples at the end.</param>
/// <param name="SecondsPerStep">The median of its steps.</param>
/// <param name="Skipped">Steps that were left out because a loss or gradient was no number.</param>
/// <param name="Findings">What looked wrong, and from which step on.</param>
/// <param name="IsStable">Whether no step was skipped and the samples did not collapse.</param>
public sealed record SeedResult(
    ulong Seed,
    [property: JsonConverter(typeof(ValueListConverter<Measurement>))] ValueList<Measurement> Measures,
    double SecondsPerStep,
    long Skipped,
    [property: JsonConverter(typeof(ValueListConverter<SeedFinding>))] ValueList<SeedFinding> Findings,
    bool IsStable)
{
    /// <summary>The result of the run in a folder, or null if it is not finished.</summary>
    internal static SeedResult? Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, RunFolder.RecordName)) || RunFolder.ReadRecord(folder) is not GanRunRecord { Status: RunStatus.Finished, Quality: { } quality } record)
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

/// <summary>Something that looked wrong in a run.</summary>
/// <param name="Step">When it was first seen.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Message">What was seen, and what may help.</param>
public sealed record SeedFinding(long Step, FindingKind Kind, string Message);
