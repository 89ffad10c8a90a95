using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>
/// Trains the same networks on the same data with several objectives of GANs, or losses of embeddings, and seeds, and compares the
/// results. Everything is in one folder: <c>compare.json</c>, <c>report.html</c>, and a folder of each run in <c>runs/</c>. A comparison
/// that was stopped can be resumed.
/// </summary>
public sealed class Comparison
{
    internal const string RecordName = "compare.json";

    readonly Lock _writing = new();

    Comparison(string path, ComparisonRecord record, ComparedTraining training) => (Path, Record, Training) = (path, record, training);

    /// <summary>Gets the folder.</summary>
    public string Path { get; }

    /// <summary>Gets the present content of <c>compare.json</c>.</summary>
    public ComparisonRecord Record { get; private set; }

    /// <summary>Gets the kind of training.</summary>
    internal ComparedTraining Training { get; }

    /// <summary>Reads the record of the comparison in a folder; null if there is none.</summary>
    /// <exception cref="TrainingException">The record cannot be read.</exception>
    public static ComparisonRecord? ReadRecord(string path)
    {
        string file = System.IO.Path.Combine(path, RecordName);
        return File.Exists(file) ? RunJson.ReadComparisonFile(file) : null;
    }

    /// <summary>Opens a comparison of GANs: a new folder, or one that is resumed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">The options; the same as before for a folder with a comparison.</param>
    /// <param name="data">The real images or points. Default: those of <see cref="ComparisonOptions.Data"/>.</param>
    /// <param name="competitors">
    /// Competitors that the program defines itself, compared with those of <see cref="GanComparisonOptions.Objectives"/>. Default: none.
    /// </param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">The options cannot be trained, the folder has other files, or the data differ.</exception>
    public static Comparison Open(
        string path,
        GanComparisonOptions options,
        Dataset? data = null,
        IReadOnlyList<GanCompetitor>? competitors = null,
        Action<LoadProgress>? onProgress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        competitors ??= [];
        GanComparisonOptions all = options with
        {
            Objectives = [.. options.Objectives, .. competitors.Select(static one => one.Name)],
            Data = DataOf(data) ?? options.Data,
        };
        return Open(path, all, () => new ComparedGans(all, data ?? all.Data.Load(onProgress), competitors));
    }

    /// <summary>Opens a comparison of the losses of embeddings: a new folder, or one that is resumed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">The options; the same as before for a folder with a comparison.</param>
    /// <param name="data">
    /// The images, with labels unless <see cref="EmbeddingComparisonOptions.Views"/> is set. Default: those of
    /// <see cref="ComparisonOptions.Data"/>.
    /// </param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">The options cannot be trained, the folder has other files, or the data differ.</exception>
    public static Comparison Open(
        string path, EmbeddingComparisonOptions options, ImageDataset? data = null, Action<LoadProgress>? onProgress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        EmbeddingComparisonOptions all = options with { Data = DataOf(data) ?? options.Data };
        return Open(path, all, () => new ComparedEmbeddings(all, data ?? all.Data.LoadImages(onProgress)));
    }

    static DataArguments? DataOf(Dataset? data) => data is null ? null : new DataArguments([data.Source], null, null);

    static Comparison Open(string path, ComparisonOptions options, Func<ComparedTraining> load)
    {
        options.Check();
        ComparisonRecord? before = ReadRecord(path);
        if (before is not null)
        {
            CheckSame(path, before.Options, options);
        }
        else if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new TrainingException($"'{path}' already exists, is not empty, and is not the folder of a comparison. "
                + "Choose a new folder.");
        }

        ComparedTraining training = load();
        before?.Data.CheckSame(training.Data);
        foreach (string name in options.Competitors)
        {
            // Options that cannot be trained are refused now, not after hours.
            training.Check(name);
        }

        ComparisonRecord record = new() { Options = options, Data = DataRecord.Of(training.Data), Machine = MachineRecord.Here() };
        return new Comparison(path, record, training);
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

    void Do(string name, ulong seed, Action<ComparisonStep>? onStep, CancellationTokenSource stop)
    {
        string path = FolderOf(name, seed);
        if (stop.IsCancellationRequested || SeedResult.Read(path) is not null)
        {
            return;
        }

        try
        {
            Training.Execute(path, name, seed, onStep, stop.Token);
            Renew(RunStatus.Running);
        }
        catch
        {
            // The other runs stop after their steps, so nothing is lost.
            stop.Cancel();
            throw;
        }
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
            from name in Record.Options.Competitors
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
        if (before.GetType() != now.GetType())
        {
            throw new TrainingException($"'{path}' has a comparison of another kind: each {before.CompetitorWord} there, each "
                + $"{now.CompetitorWord} now. Choose a new folder.");
        }

        string[] changed =
        [
            .. before.Compared().Zip(now.Compared()).Where(static pair => !pair.First.Value.Equals(pair.Second.Value))
                .Select(static pair => $"{pair.First.What} {pair.First.Value} there, {pair.Second.Value} now"),
        ];
        if (changed.Length > 0)
        {
            throw new TrainingException(
                $"'{path}' has a comparison with other options: {string.Join("; ", changed)}. "
                + "Give the same options to resume it, or choose a new folder.");
        }
    }
}

/// <summary>A step of a run of a comparison.</summary>
public sealed record ComparisonStep
{
    /// <summary>Initializes the step.</summary>
    /// <param name="name">The objective or loss.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="text">The losses of the step as a line of progress.</param>
    /// <param name="quality">The last measurement of the run as text; null before the first.</param>
    public ComparisonStep(string name, ulong seed, long step, string text, string? quality) =>
        (Name, Seed, Step, Text, Quality) = (name, seed, step, text, quality);

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, long, string, string)" path="/param[@name='name']/node()"/></summary>
    public string Name { get; init; }

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, long, string, string)" path="/param[@name='seed']/node()"/></summary>
    public ulong Seed { get; init; }

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, long, string, string)" path="/param[@name='step']/node()"/></summary>
    public long Step { get; init; }

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, long, string, string)" path="/param[@name='text']/node()"/></summary>
    public string Text { get; init; }

    /// <summary><inheritdoc cref="ComparisonStep(string, ulong, long, string, string)" path="/param[@name='quality']/node()"/></summary>
    public string? Quality { get; init; }
}
