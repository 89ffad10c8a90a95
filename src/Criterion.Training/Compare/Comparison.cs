using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>
/// Trains the same networks on the same data with several objectives and seeds, and says how they compare. Everything is in one folder:
/// <c>compare.json</c>, <c>report.html</c>, and each run as a folder in <c>runs/</c>. It goes on where it stopped.
/// </summary>
public sealed class Comparison
{
    internal const string RecordName = "compare.json";

    const int CheckpointEvery = 250;

    readonly Dataset _data;
    readonly SampleMeasure _measure;
    readonly Lock _writing = new();

    Comparison(string path, ComparisonRecord record, Dataset data)
    {
        (Path, Record, _data) = (path, record, data);
        _measure = SampleMeasure.For(data);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What <c>compare.json</c> says at present.</summary>
    public ComparisonRecord Record { get; private set; }

    /// <summary>The record of the comparison in a folder, or null if there is none.</summary>
    /// <exception cref="TrainingException">The record can't be read.</exception>
    public static ComparisonRecord? ReadRecord(string path)
    {
        string file = System.IO.Path.Combine(path, RecordName);
        return File.Exists(file) ? RunJson.ReadComparisonFile(file) : null;
    }

    /// <summary>A comparison in a new folder, or one that goes on.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">What to compare; the same as before in a folder that has a comparison.</param>
    /// <exception cref="TrainingException">The options can't be trained, the folder has something else, or the data are others.</exception>
    public static Comparison Open(string path, ComparisonOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (ReadRecord(path) is { } before)
        {
            CheckSame(path, before.Options, options);
        }
        else if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new TrainingException($"'{path}' exists, is not empty, and holds no comparison. Choose a new folder.");
        }

        Dataset data = options.Data.Load();
        ReadRecord(path)?.Data.CheckSame(data);
        ComparisonRecord record = new() { Options = options, Data = DataRecord.Of(data), Machine = MachineRecord.Here() };
        Comparison comparison = new(path, record, data);
        foreach (string name in options.Objectives)
        {
            // What can't be trained is better said now than in an hour.
            comparison.Start(name, 0);
        }

        return comparison;
    }

    /// <summary>Does every run that is not done, or until it is cancelled: then the steps are finished and all is kept.</summary>
    /// <param name="onStep">Told of every step; from several threads if there are several runs at a time.</param>
    /// <param name="parallel">Runs at a time. Beyond 1 each should compute on one thread: see <see cref="Compute.Threads"/>.</param>
    /// <param name="cancellation">Stops the runs after their steps.</param>
    /// <returns>What <c>compare.json</c> says at the end.</returns>
    /// <exception cref="TrainingException">The folder can't be written any more, holds runs of other kinds, or another program is at work in it.</exception>
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

    /// <summary>The folder of a run.</summary>
    internal string FolderOf(string name, ulong seed) => System.IO.Path.Combine(Path, "runs", $"{Html.Id(name)}-seed-{seed}");

    /// <summary>How a run is trained.</summary>
    internal GanRecipe Recipe(string name, ulong seed) => Record.Options.Recipe(name, seed, _data);

    void Do(string name, ulong seed, Action<ComparisonStep>? onStep, CancellationTokenSource stop)
    {
        string path = FolderOf(name, seed);
        if (stop.IsCancellationRequested || SeedResult.Read(path) is not null)
        {
            return;
        }

        try
        {
            (GanRun run, RunFolder folder) = GoOn(name, seed) ?? (Start(name, seed), CreateFolder(path));
            using (folder)
            {
                run.Execute(folder, step => onStep?.Invoke(new(name, seed, step, run.Record.Quality)), stop.Token);
            }

            Renew(RunStatus.Running);
        }
        catch
        {
            // The others end after their steps, so that nothing is lost.
            stop.Cancel();
            throw;
        }
    }

    GanRun Start(string name, ulong seed)
    {
        ComparisonOptions options = Record.Options;
        return new GanRun(Recipe(name, seed), _data, options.Width, options.Measure.Every, CheckpointEvery, options.Data, options.Measure) { Measure = _measure };
    }

    // A run that did not come as far as its first checkpoint starts again.
    (GanRun Run, RunFolder Folder)? GoOn(string name, ulong seed)
    {
        string path = FolderOf(name, seed);
        CheckpointFolder checkpoints = new(System.IO.Path.Combine(path, RunFolder.CheckpointsName));
        if (!File.Exists(System.IO.Path.Combine(path, RunFolder.RecordName)) || checkpoints.IsEmpty)
        {
            return null;
        }

        Checkpoint checkpoint = checkpoints.Latest();
        GanRun run = GanRun.Resume((GanRunRecord)RunFolder.ReadRecord(path), _data, checkpoint, steps: null, _measure);
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

    // Two programs at work on the same runs would ruin them. The lock ends with the process, however it ends.
    FileStream Hold()
    {
        try
        {
            Directory.CreateDirectory(Path);
            return new FileStream(System.IO.Path.Combine(Path, "compare.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"'{Path}' can't be worked on: {e.Message} Perhaps another program is at it; wait for that, or choose another folder.", e);
        }
    }

    // Written after every run: what there is can be looked at while the others go on.
    void Renew(RunStatus status)
    {
        lock (_writing)
        {
            Record = Record with { Status = status, Results = Results() };
            Write(RecordName, RunJson.Write(Record) + "\n");
            Write(RunReport.Name, ComparisonReport.Of(this));
        }
    }

    // The first failure is the one to report: a disk that is full refuses this note as well.
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
            let runs = Enumerable.Range(0, Record.Options.Seeds).Select(seed => SeedResult.Read(FolderOf(name, (ulong)seed))).OfType<SeedResult>().ToArray()
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
            throw new TrainingException($"'{Path}' can't be written: {e.Message} Make room, or choose another folder; the runs that are done are kept.", e);
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
                $"'{path}' holds a comparison with other options: {string.Join("; ", changed.Select(static one => $"{one.What} {one.Before} there, {one.Now} now"))}. Leave them as they were to go on with it, or choose a new folder.");
        }
    }
}

/// <summary>A step of one of the runs of a comparison.</summary>
/// <param name="Name">The recipe or objective.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Step">What the step did.</param>
/// <param name="Quality">What was last measured of the run's samples.</param>
public sealed record ComparisonStep(string Name, ulong Seed, GanStep Step, SampleQuality? Quality);
