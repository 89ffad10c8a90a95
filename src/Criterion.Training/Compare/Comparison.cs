using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>
/// Trains the same networks on the same data with several objectives and seeds and compares the results. Everything is in one folder:
/// <c>compare.json</c>, <c>report.html</c>, and a folder of each run in <c>runs/</c>. A comparison that was stopped can be resumed.
/// </summary>
public sealed class Comparison
{
    internal const string RecordName = "compare.json";

    const int CheckpointEvery = 250;

    readonly Dataset _data;
    readonly SampleMeasure _measure;
    readonly IReadOnlyList<GanCompetitor> _competitors;
    readonly Lock _writing = new();

    Comparison(string path, ComparisonRecord record, Dataset data, IReadOnlyList<GanCompetitor> competitors)
    {
        (Path, Record, _data, _competitors) = (path, record, data, competitors);
        _measure = SampleMeasure.For(data);
    }

    /// <summary>Gets the folder.</summary>
    public string Path { get; }

    /// <summary>Gets the present content of <c>compare.json</c>.</summary>
    public ComparisonRecord Record { get; private set; }

    /// <summary>Reads the record of the comparison in a folder; null if there is none.</summary>
    /// <exception cref="TrainingException">The record cannot be read.</exception>
    public static ComparisonRecord? ReadRecord(string path)
    {
        string file = System.IO.Path.Combine(path, RecordName);
        return File.Exists(file) ? RunJson.ReadComparisonFile(file) : null;
    }

    /// <summary>Opens a comparison: a new folder, or one that is resumed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">The options; the same as before for a folder with a comparison.</param>
    /// <param name="data">The real images or points. Default: those of <see cref="ComparisonOptions.Data"/>.</param>
    /// <param name="competitors">
    /// Competitors that the program defines itself, compared with those of <see cref="ComparisonOptions.Objectives"/>. Default: none.
    /// </param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">The options cannot be trained, the folder has other files, or the data differ.</exception>
    public static Comparison Open(
        string path,
        ComparisonOptions options,
        Dataset? data = null,
        IReadOnlyList<GanCompetitor>? competitors = null,
        Action<LoadProgress>? onProgress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        competitors ??= [];
        options = options with
        {
            Objectives = [.. options.Objectives, .. competitors.Select(static one => one.Name)],
            Data = data is null ? options.Data : new DataArguments([data.Source], null, null),
        };
        options.Check();
        if (ReadRecord(path) is { } before)
        {
            CheckSame(path, before.Options, options);
        }
        else if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new TrainingException($"'{path}' already exists, is not empty, and is not the folder of a comparison. "
                + "Choose a new folder.");
        }

        data ??= options.Data.Load(onProgress);
        ReadRecord(path)?.Data.CheckSame(data);
        ComparisonRecord record = new() { Options = options, Data = DataRecord.Of(data), Machine = MachineRecord.Here() };
        Comparison comparison = new(path, record, data, competitors);
        foreach (string name in options.Objectives)
        {
            // Options that cannot be trained are refused now, not after hours.
            comparison.Start(name, 0);
        }

        return comparison;
    }

    /// <summary>
    /// Trains every run that is not finished, or until it is cancelled: then it finishes the present steps and keeps everything.
    /// </summary>
    /// <param name="onStep">Called after each step; by several threads if runs are parallel.</param>
    /// <param name="parallel">
    /// The number of parallel runs. Beyond 1, each should use one thread: see <see cref="Compute.Threads"/>. Default: 1.
    /// </param>
    /// <param name="cancellation">Stops the runs after their present steps.</param>
    /// <returns>The content of <c>compare.json</c> at the end.</returns>
    /// <exception cref="TrainingException">
    /// The folder can no longer be written, has runs of other kinds, or is in use by another program.
    /// </exception>
    public ComparisonRecord Execute(Action<ComparisonStep>? onStep = null, int parallel = 1, CancellationToken cancellation = default)
    {
        using FileStream held = Hold();
        Renew(RunStatus.Running);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            Parallel.ForEach(
                Partitioner.Create(Record.Options.Runs, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = parallel },
                run => Do(run.Name, run.Seed, onStep, stop));
        }
        catch (AggregateException failures)
        {
            NoteFailure();
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }

        bool isDone = Record.Results.Sum(static result => result.Runs.Count) == Record.Options.Runs.Count();
        Renew(isDone ? RunStatus.Finished : RunStatus.Stopped);
        return Record;
    }

    /// <summary>Returns the folder of a run.</summary>
    internal string FolderOf(string name, ulong seed) => System.IO.Path.Combine(Path, "runs", $"{Html.Id(name)}-seed-{seed}");

    /// <summary>Returns the recipe of a run.</summary>
    internal GanRecipe Recipe(string name, ulong seed) => Custom(name) is { } competitor
        ? new GanRecipe(name, "", Record.Options.Shared(competitor.Options, seed))
        : Record.Options.Recipe(name, seed, _data);

    GanCompetitor? Custom(string name) => _competitors.FirstOrDefault(competitor => competitor.Name == name);

    void Do(string name, ulong seed, Action<ComparisonStep>? onStep, CancellationTokenSource stop)
    {
        string path = FolderOf(name, seed);
        if (stop.IsCancellationRequested || SeedResult.Read(path) is not null)
        {
            return;
        }

        try
        {
            (GanRun run, RunFolder folder) = Reopen(name, seed) ?? (Start(name, seed), CreateFolder(path));
            using (folder)
            {
                run.Execute(folder, step => onStep?.Invoke(new(name, seed, step, run.Record.Quality)), stop.Token);
            }

            Renew(RunStatus.Running);
        }
        catch
        {
            // The other runs stop after their steps, so nothing is lost.
            stop.Cancel();
            throw;
        }
    }

    GanRun Start(string name, ulong seed)
    {
        ComparisonOptions options = Record.Options;
        GanRecipe recipe = Recipe(name, seed);
        GanCompetitor? custom = Custom(name);
        return new GanRun(
            _data,
            recipe.Options,
            custom?.Networks ?? recipe.Options.Networks(_data, options.Width),
            custom?.Optimizers,
            name,
            options.Measure.Every,
            CheckpointEvery,
            options.Data,
            options.Measure)
        {
            Measure = _measure,
        };
    }

    // A run that was stopped before its first checkpoint starts again.
    (GanRun Run, RunFolder Folder)? Reopen(string name, ulong seed)
    {
        string path = FolderOf(name, seed);
        CheckpointFolder checkpoints = new(System.IO.Path.Combine(path, RunFolder.CheckpointsName));
        if (!File.Exists(System.IO.Path.Combine(path, RunFolder.RecordName)) || checkpoints.IsEmpty)
        {
            return null;
        }

        Checkpoint checkpoint = checkpoints.Latest();
        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(path);
        GanRun run = Custom(name) is null ? GanRun.Resume(record, _data, checkpoint, steps: null, _measure) : Start(name, seed);
        if (Custom(name) is not null)
        {
            run.Continue(record, checkpoint);
        }

        return (run, RunFolder.Reopen<GanStep>(path, checkpoint.Step));
    }

    static RunFolder CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return RunFolder.Create<GanStep>(path);
    }

    // Two programs would damage the same runs. The lock ends with the process, however it ends.
    FileStream Hold()
    {
        try
        {
            Directory.CreateDirectory(Path);
            return new FileStream(
                System.IO.Path.Combine(Path, "compare.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"'{Path}' cannot be used: {e.Message} If another program uses it, wait for its end, or choose another folder.", e);
        }
    }

    // Written after every run, so finished results can be read while the others train.
    void Renew(RunStatus status)
    {
        lock (_writing)
        {
            Record = Record with { Status = status, Results = Results() };
            Write(RecordName, RunJson.Write(Record) + "\n");
            Write(RunReport.Name, ComparisonReport.Of(this));
        }
    }

    // The first failure is the one to report: a full disk refuses this record as well.
    void NoteFailure()
    {
        try
        {
            Renew(RunStatus.Failed);
        }
        catch (TrainingException)
        {
        }
    }

    ValueList<CompetitorResult> Results()
    {
        IEnumerable<CompetitorResult> results =
            from name in Record.Options.Objectives
            let runs = Enumerable.Range(0, Record.Options.Seeds)
                .Select(seed => SeedResult.Read(FolderOf(name, (ulong)seed))).OfType<SeedResult>().ToArray()
            where runs.Length > 0
            select CompetitorResult.Of(name, runs);
        return [.. results.OrderBy(static result => Badness(result.Measures[0])).ThenBy(static result => Badness(result.Measures[^1]))];
    }

    static double Badness(MeasureSummary measure) =>
        !double.IsFinite(measure.Interval.Mean) ? double.PositiveInfinity
        : SampleMeasure.IsLowerBetter(measure.Name) ? measure.Interval.Mean : -measure.Interval.Mean;

    void Write(string name, string text)
    {
        try
        {
            AtomicFile.Write(System.IO.Path.Combine(Path, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"'{Path}' cannot be written: {e.Message} Free space, or choose another folder; finished runs are kept.", e);
        }
    }

    static void CheckSame(string path, ComparisonOptions before, ComparisonOptions now)
    {
        (string What, object Before, object Now)[] all =
        [
            ("objectives", before.Objectives, now.Objectives),
            ("seeds", before.Seeds, now.Seeds),
            ("steps", before.Steps, now.Steps),
            ("batch", before.BatchSize, now.BatchSize),
            ("width", Known(before.Width), Known(now.Width)),
            ("measurement", before.Measure, now.Measure),
            ("data", before.Data, now.Data),
        ];
        static object Known(int? width) => width is { } given ? given : "by the data";
        if (all.Where(static one => !one.Before.Equals(one.Now)).ToArray() is { Length: > 0 } changed)
        {
            throw new TrainingException(
                $"'{path}' has a comparison with other options: "
                + $"{string.Join("; ", changed.Select(static one => $"{one.What} {one.Before} there, {one.Now} now"))}. "
                + "Give the same options to resume it, or choose a new folder.");
        }
    }
}

/// <summary>A step of a run of a comparison.</summary>
public sealed record ComparisonStep
{
    /// <summary>Initializes the step.</summary>
    /// <param name="name">The recipe or objective.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="step">The record of the step.</param>
    /// <param name="quality">The last measurement of the run.</param>
    public ComparisonStep(string name, ulong seed, GanStep step, SampleQuality? quality) =>
        (Name, Seed, Step, Quality) = (name, seed, step, quality);

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, GanStep, SampleQuality?)" path="/param[@name='name']/node()"/></summary>
    public string Name { get; init; }

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, GanStep, SampleQuality?)" path="/param[@name='seed']/node()"/></summary>
    public ulong Seed { get; init; }

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, GanStep, SampleQuality?)" path="/param[@name='step']/node()"/></summary>
    public GanStep Step { get; init; }

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, GanStep, SampleQuality?)" path="/param[@name='quality']/node()"/></summary>
    public SampleQuality? Quality { get; init; }
}
