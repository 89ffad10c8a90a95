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

    /// <summary>
    /// Gets the problems of the measurement, such as <see cref="FindingKind.UnsuitedFeatures"/>; empty if there are none.
    /// </summary>
    [JsonIgnore]
    public ValueList<Finding> Findings =>
        Options is GanComparisonOptions && FeatureDomain.Check(Data) is { } finding ? [finding] : [];

    /// <summary>Gets the results so far, the best first.</summary>
    [JsonConverter(typeof(ValueListConverter<CompetitorResult>))]
    public ValueList<CompetitorResult> Results { get; init; } = [];
}

/// <summary>The results of one objective or loss.</summary>
public sealed record CompetitorResult
{
    /// <summary>Initializes the result.</summary>
    /// <param name="name">The objective or loss.</param>
    /// <param name="measures">The measures at the end, over the seeds.</param>
    /// <param name="secondsPerStep">
    /// The duration of a generator step with all that belongs to it: the mean over seeds of each run's median.
    /// </param>
    /// <param name="stableShare">
    /// The share of runs in which no step was skipped and nothing collapsed; null if all are too short for the health checks.
    /// </param>
    /// <param name="runs">The finished runs.</param>
    public CompetitorResult(
        string name, ValueList<MeasureSummary> measures, double secondsPerStep, double? stableShare, ValueList<SeedResult> runs) =>
        (Name, Measures, SecondsPerStep, StableShare, Runs) = (name, measures, secondsPerStep, stableShare, runs);

    /// <summary>
    /// <inheritdoc
    /// cref="CompetitorResult(string, ValueList{MeasureSummary}, double, double?, ValueList{SeedResult})"
    /// path="/param[@name='name']/node()"/>
    /// </summary>
    public string Name { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="CompetitorResult(string, ValueList{MeasureSummary}, double, double?, ValueList{SeedResult})"
    /// path="/param[@name='measures']/node()"/>
    /// </summary>
    [JsonConverter(typeof(ValueListConverter<MeasureSummary>))]
    public ValueList<MeasureSummary> Measures { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="CompetitorResult(string, ValueList{MeasureSummary}, double, double?, ValueList{SeedResult})"
    /// path="/param[@name='secondsPerStep']/node()"/>
    /// </summary>
    public double SecondsPerStep { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="CompetitorResult(string, ValueList{MeasureSummary}, double, double?, ValueList{SeedResult})"
    /// path="/param[@name='stableShare']/node()"/>
    /// </summary>
    public double? StableShare { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="CompetitorResult(string, ValueList{MeasureSummary}, double, double?, ValueList{SeedResult})"
    /// path="/param[@name='runs']/node()"/>
    /// </summary>
    [JsonConverter(typeof(ValueListConverter<SeedResult>))]
    public ValueList<SeedResult> Runs { get; init; }

    /// <summary>Summarizes runs.</summary>
    /// <param name="name">The objective or loss.</param>
    /// <param name="runs">The runs; at least one, all with the same measures.</param>
    internal static CompetitorResult Of(string name, IReadOnlyList<SeedResult> runs) => new(
        name,
        [
            .. runs[0].Measures.Select((first, i) =>
                new MeasureSummary(first.Name, Interval.Of([.. runs.Select(run => run.Measures[i].Value)]))),
        ],
        runs.Average(static run => run.SecondsPerStep),
        runs.Any(static run => run.IsStable is not null)
            ? runs.Count(static run => run.IsStable == true) / (double)runs.Count(static run => run.IsStable is not null)
            : null,
        [.. runs]);
}

/// <summary>A measure over the seeds.</summary>
public sealed record MeasureSummary
{
    /// <summary>Initializes the summary.</summary>
    /// <param name="name">The name of the measure, such as <c>frechet</c>.</param>
    /// <param name="interval">The mean and its margin.</param>
    public MeasureSummary(string name, Interval interval) => (Name, Interval) = (name, interval);

    /// <summary><inheritdoc cref="MeasureSummary(string, Interval)" path="/param[@name='name']/node()"/></summary>
    public string Name { get; init; }

    /// <summary><inheritdoc cref="MeasureSummary(string, Interval)" path="/param[@name='interval']/node()"/></summary>
    public Interval Interval { get; init; }
}

/// <summary>The results of one run.</summary>
public sealed record SeedResult
{
    /// <summary>Initializes the result.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="measures">The measures at the end.</param>
    /// <param name="secondsPerStep">The median duration of a step.</param>
    /// <param name="skipped">The number of steps skipped because a loss or gradient was not finite.</param>
    /// <param name="findings">The findings of the health checks.</param>
    /// <param name="isStable">
    /// Whether no step was skipped and nothing collapsed; null if there are too few steps for the health checks.
    /// </param>
    public SeedResult(
        ulong seed, ValueList<Measurement> measures, double secondsPerStep, long skipped, ValueList<SeedFinding> findings, bool? isStable)
    {
        Seed = seed;
        Measures = measures;
        SecondsPerStep = secondsPerStep;
        Skipped = skipped;
        Findings = findings;
        IsStable = isStable;
    }

    /// <summary>
    /// <inheritdoc
    /// cref="SeedResult(ulong, ValueList{Measurement}, double, long, ValueList{SeedFinding}, bool?)"
    /// path="/param[@name='seed']/node()"/>
    /// </summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="SeedResult(ulong, ValueList{Measurement}, double, long, ValueList{SeedFinding}, bool?)"
    /// path="/param[@name='measures']/node()"/>
    /// </summary>
    [JsonConverter(typeof(ValueListConverter<Measurement>))]
    public ValueList<Measurement> Measures { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="SeedResult(ulong, ValueList{Measurement}, double, long, ValueList{SeedFinding}, bool?)"
    /// path="/param[@name='secondsPerStep']/node()"/>
    /// </summary>
    public double SecondsPerStep { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="SeedResult(ulong, ValueList{Measurement}, double, long, ValueList{SeedFinding}, bool?)"
    /// path="/param[@name='skipped']/node()"/>
    /// </summary>
    public long Skipped { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="SeedResult(ulong, ValueList{Measurement}, double, long, ValueList{SeedFinding}, bool?)"
    /// path="/param[@name='findings']/node()"/>
    /// </summary>
    [JsonConverter(typeof(ValueListConverter<SeedFinding>))]
    public ValueList<SeedFinding> Findings { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="SeedResult(ulong, ValueList{Measurement}, double, long, ValueList{SeedFinding}, bool?)"
    /// path="/param[@name='isStable']/node()"/>
    /// </summary>
    public bool? IsStable { get; init; }

    /// <summary>Reads the results of the run in a folder; null if it is not finished.</summary>
    internal static SeedResult? Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, RunFolder.RecordName)))
        {
            return null;
        }

        string losses = Path.Combine(folder, RunFolder.LossesName);
        return RunFolder.ReadRecord(folder) switch
        {
            GanRunRecord { Status: RunStatus.Finished, Quality: { } quality, Options: var options } => Of(
                options.Seed, quality.Values, losses, table => TrainingMonitor.Replay(table, options.Objective),
                TrainingMonitor.FirstCheck),
            EmbeddingRunRecord { Status: RunStatus.Finished, Quality: { } quality, Options: var options } => Of(
                options.Seed, quality.Values, losses, table => EmbeddingMonitor.Replay(table, options.Loss), EmbeddingMonitor.FirstCheck),
            _ => null,
        };
    }

    static SeedResult Of(
        ulong seed,
        ValueList<Measurement> measures,
        string lossesFile,
        Func<CsvTable, IReadOnlyList<(long Step, Finding Finding)>> examine,
        long firstCheck)
    {
        CsvTable losses = CsvTable.Read(lossesFile);
        IReadOnlyList<(long Step, Finding Finding)> findings = examine(losses);
        long skipped = (long)losses["skipped"][^1];
        return new(
            seed,
            measures,
            losses.Median("seconds"),
            skipped,
            [.. findings.Select(static one => new SeedFinding(one.Step, one.Finding.Kind, one.Finding.Message))],
            skipped > 0 || findings.Any(static one => IsCollapse(one.Finding.Kind)) ? false
                : losses.Count >= firstCheck ? true
                : null);
    }

    static bool IsCollapse(FindingKind kind) =>
        kind is FindingKind.Collapse or FindingKind.EmbeddingCollapse or FindingKind.StuckLoss;
}

/// <summary>A finding of a run.</summary>
public sealed record SeedFinding
{
    /// <summary>Initializes the finding.</summary>
    /// <param name="step">The step at which it was found.</param>
    /// <param name="kind">The kind of problem.</param>
    /// <param name="message">The evidence and what may help.</param>
    public SeedFinding(long step, FindingKind kind, string message) => (Step, Kind, Message) = (step, kind, message);

    /// <summary><inheritdoc cref="SeedFinding(long, FindingKind, string)" path="/param[@name='step']/node()"/></summary>
    public long Step { get; init; }

    /// <summary><inheritdoc cref="SeedFinding(long, FindingKind, string)" path="/param[@name='kind']/node()"/></summary>
    public FindingKind Kind { get; init; }

    /// <summary><inheritdoc cref="SeedFinding(long, FindingKind, string)" path="/param[@name='message']/node()"/></summary>
    public string Message { get; init; }
}
