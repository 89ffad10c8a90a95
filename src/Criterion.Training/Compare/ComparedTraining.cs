using System.Text.Json;
using Criterion.Formats;

namespace Criterion.Training;

/// <summary>The kind of training that a <see cref="Comparison"/> repeats for each competitor and seed.</summary>
internal abstract class ComparedTraining
{
    /// <summary>The steps between two checkpoints of a run.</summary>
    protected const int CheckpointEvery = 250;

    /// <summary>Gets the data of all runs.</summary>
    public abstract Dataset Data { get; }

    /// <summary>Gets the columns of <c>losses.csv</c>.</summary>
    public abstract StepColumns Columns { get; }

    /// <summary>Gets the first step at which a run is examined for problems.</summary>
    public abstract long FirstCheck { get; }

    /// <summary>Gets the words of the report.</summary>
    public abstract ComparisonWords Words { get; }

    /// <summary>Refuses options that cannot be trained.</summary>
    /// <exception cref="TrainingException">They cannot.</exception>
    public abstract void Check(string name);

    /// <summary>Executes a run in its folder to the end, or until it is cancelled: a new one, or one that was stopped.</summary>
    public abstract void Execute(string path, string name, ulong seed, Action<ComparisonStep>? onStep, CancellationToken cancellation);

    /// <summary>Returns the settings of a competitor in the order of <see cref="ComparisonWords.Settings"/>.</summary>
    public abstract string[] Settings(string name);

    /// <summary>Executes a run as <see cref="Execute(string, string, ulong, Action{ComparisonStep}?, CancellationToken)"/> does.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="start">Creates the run.</param>
    /// <param name="resume">Resumes the run of a record from a checkpoint.</param>
    /// <param name="onStep">Called after each step.</param>
    /// <param name="cancellation">Stops the run after the present step.</param>
    protected static void Execute<TRun, TStep, TRecord>(
        string path, Func<TRun> start, Func<TRecord, Checkpoint, TRun> resume, Action<TRun, TStep> onStep, CancellationToken cancellation)
        where TRun : TrainingRun<TStep, TRecord>
        where TStep : struct, IRunStep
        where TRecord : RunRecord
    {
        // A run that was stopped before its first checkpoint starts again.
        CheckpointFolder checkpoints = new(Path.Combine(path, RunFolder.CheckpointsName));
        bool isStarted = File.Exists(Path.Combine(path, RunFolder.RecordName)) && !checkpoints.IsEmpty;
        Checkpoint? checkpoint = isStarted ? checkpoints.Latest() : null;
        TRun run = checkpoint is null ? start() : resume((TRecord)RunFolder.ReadRecord(path), checkpoint);
        using RunFolder folder = checkpoint is null ? CreateFolder<TStep>(path) : RunFolder.Reopen<TStep>(path, checkpoint.Step);
        run.Execute(folder, step => onStep(run, step), cancellation);
    }

    static RunFolder CreateFolder<TStep>(string path)
        where TStep : struct, IRunStep
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return RunFolder.Create<TStep>(path);
    }

    /// <summary>Formats a property of options for a table.</summary>
    protected static string Text(JsonElement options, string property) => RecordTables.Text(options.GetProperty(property));
}

/// <summary>The sentences of the report of a comparison that depend on the kind of training.</summary>
/// <param name="Title">The title.</param>
/// <param name="Competitor">The column of the competitors.</param>
/// <param name="Measured">What was measured at the end.</param>
/// <param name="Stable">When a run is stable.</param>
/// <param name="NoFindings">What no run had, if there are no findings.</param>
/// <param name="Same">What was the same in all runs.</param>
/// <param name="Differed">What differed.</param>
/// <param name="Settings">The columns of what differed.</param>
internal sealed record ComparisonWords(
    string Title,
    string Competitor,
    string Measured,
    string Stable,
    string NoFindings,
    string Same,
    string Differed,
    IReadOnlyList<string> Settings);
