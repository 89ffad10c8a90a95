using System.Diagnostics;
using Criterion.Formats;
using Criterion.Schedules;
using Microsoft.Extensions.Logging;

namespace Criterion.Training;

/// <summary>A training run that writes losses, pictures, checkpoints and its record to a folder while it trains.</summary>
/// <typeparam name="TStep">The record of a step.</typeparam>
/// <typeparam name="TRecord">The record of the run.</typeparam>
public abstract class TrainingRun<TStep, TRecord>
    where TStep : struct, IRunStep
    where TRecord : RunRecord
{
    double _secondsBefore;
    long _start;
    TRecord? _ended;

    /// <summary>Creates a run that has not started.</summary>
    private protected TrainingRun(TRecord record) => Record = record;

    /// <summary>Gets the present content of <c>run.json</c>.</summary>
    public TRecord Record { get; private protected set; }

    /// <summary>Gets the choices that the run made by itself, as sentences to show to the user; empty if there are none.</summary>
    public IReadOnlyList<string> Notes { get; private protected init; } = [];

    /// <summary>Gets the folder that the run was opened in; null if it was not.</summary>
    public string? FolderPath { get; private protected set; }

    /// <summary>
    /// Gets or sets the event files that the run writes to its folder for TensorBoard; null for none. A resumed run continues as before,
    /// in a new file. Default: null.
    /// </summary>
    public TensorBoardOptions? TensorBoard
    {
        get => Record.TensorBoard;
        set => Change(record => record with { TensorBoard = value });
    }

    /// <summary>
    /// Gets or sets the logger of starts and ends, checkpoints and measurements (information), findings (warning), failures (error), and
    /// steps and pictures (debug); null for none. Metrics are recorded by <see cref="TrainingMetrics"/>. Default: null.
    /// </summary>
    public ILogger? Logger { get; set; }

    /// <summary>Gets the trainer.</summary>
    private protected abstract Trainer<TStep> Trainer { get; }

    double Seconds => _secondsBefore + Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>
    /// Trains to the end in the folder that the run was opened in, or until it is cancelled: then it finishes the step and writes all
    /// results. A run that is finished is left as it is.
    /// </summary>
    /// <param name="onStep">Called after each step, once everything that is due is written.</param>
    /// <param name="cancellation">Stops the run after the present step.</param>
    /// <returns>The content of <c>run.json</c> at the end.</returns>
    /// <exception cref="TrainingException">
    /// The run was not opened in a folder, a loss is not finite, or the folder cannot be written.
    /// </exception>
    public TRecord Execute(Action<TStep>? onStep = null, CancellationToken cancellation = default)
    {
        string path = FolderPath ?? throw new TrainingException(
            $"{GetType().Name}.{nameof(Execute)}: the run has no folder. Open it in one with {GetType().Name}.Open, or pass a "
            + $"{nameof(RunFolder)}.");
        if (_ended is not null)
        {
            return _ended;
        }

        CheckRecord();
        using RunFolder folder = RunFolder.TryReadRecord(path) is null
            ? RunFolder.Create<TStep>(path)
            : RunFolder.Reopen<TStep>(path, Record.StepsDone);
        return Execute(folder, onStep, cancellation);
    }

    /// <summary>Throws before a folder is created if the record cannot be written.</summary>
    void CheckRecord()
    {
        try
        {
            _ = RunJson.Write(Record);
        }
        catch (NotSupportedException e)
        {
            throw new TrainingException(
                $"{GetType().Name}: an option has no JSON, so run.json cannot record it: {e.Message} "
                + $"Combine functions inside one {nameof(LambdaSchedule)}, not inside products or sequences of schedules.",
                e);
        }
    }

    /// <summary>Trains to the end, or until it is cancelled: then it finishes the step and writes all results.</summary>
    /// <param name="folder">The folder that everything is written to.</param>
    /// <param name="onStep">Called after each step, once everything that is due is written.</param>
    /// <param name="cancellation">Stops the run after the present step.</param>
    /// <returns>The content of <c>run.json</c> at the end.</returns>
    /// <exception cref="TrainingException">A loss is not finite, or the folder can no longer be written.</exception>
    public TRecord Execute(RunFolder folder, Action<TStep>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        (_start, _secondsBefore) = (Stopwatch.GetTimestamp(), Record.TrainingSeconds ?? 0);
        Change(record => record with { Started = record.StepsDone == 0 ? DateTimeOffset.Now : record.Started });
        folder.WriteRecord(Record);
        try
        {
            folder.Observe(() => Observers(folder.Path));
            folder.Tell(observer => observer.OnStart(Record));
            Trainer.OnNetworks = (step, networks) => folder.Tell(observer => observer.OnNetworks(step, networks));
            WriteCheckpoint(folder);
            while (Record.StepsDone < Record.Steps && !cancellation.IsCancellationRequested)
            {
                TStep step = Trainer.Step();
                folder.WriteLosses(step);
                Change(record => record with { StepsDone = step.Step });
                WriteWhatIsDue(folder);
                onStep?.Invoke(step);
            }

            End(folder, Record.StepsDone >= Record.Steps ? RunStatus.Finished : RunStatus.Stopped);
        }
        catch (Exception e)
        {
            RecordFailure(folder, e);
            throw;
        }

        return Record;
    }

    /// <summary>Opens the run in a folder: a new one, or that of a run that is resumed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="before">The record of the run in it; null for a new one.</param>
    private protected void OpenIn(string path, TRecord? before)
    {
        FolderPath = path;
        CheckpointFolder checkpoints = new(System.IO.Path.Combine(path, RunFolder.CheckpointsName));
        if (before is null || checkpoints.IsEmpty)
        {
            // A run that was stopped before its first checkpoint starts again.
            return;
        }

        Restore(checkpoints.Latest(), before);
        if (before.Status == RunStatus.Finished && before.StepsDone == Record.Steps && Record.StepsDone == Record.Steps)
        {
            Record = _ended = before;
        }
    }

    /// <summary>Returns the record of the run in a folder; null if the folder is new.</summary>
    /// <exception cref="TrainingException">The folder has other files, or a run of another kind.</exception>
    private protected static TRecord? RecordIn(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        switch (RunFolder.TryReadRecord(path))
        {
            case null:
                RunFolder.CheckNew(path);
                return null;
            case TRecord record:
                return record;
            case { } other:
                throw new TrainingException($"'{path}' is the folder of a run of {other.Recipe}, which is of another kind. "
                    + "Choose another folder.");
        }
    }

    /// <summary>Restores the state of a checkpoint.</summary>
    /// <exception cref="TrainingException">The checkpoint is of a later step than the last of the run.</exception>
    private protected void Restore(Checkpoint checkpoint, RunRecord record)
    {
        if (checkpoint.Step > Record.Steps)
        {
            throw new TrainingException(
                $"Resume: {checkpoint.Step} steps are done, but only {Record.Steps} in total are asked for. "
                + $"Ask for {checkpoint.Step} or more, or start a new run.");
        }

        Trainer.LoadStateDict(checkpoint.State);
        double? seconds = checkpoint.Run.Length > 0 ? RunJson.Read(checkpoint.Run).TrainingSeconds : record.TrainingSeconds;
        Change(now => now with
        {
            StepsDone = checkpoint.Step,
            Started = record.Started,
            TrainingSeconds = seconds,
            TensorBoard = now.TensorBoard ?? record.TensorBoard,
        });
    }

    /// <summary>Writes a picture of the present results.</summary>
    private protected abstract void WriteSamples(RunFolder folder);

    /// <summary>Writes the trained networks and measures the result.</summary>
    private protected abstract void WriteResults(RunFolder folder);

    /// <summary>Measures samples if a measurement is due at this step.</summary>
    private protected virtual void WriteMeasures(RunFolder folder)
    {
    }

    /// <summary>Returns the output of a network at the end of a training if it is finite.</summary>
    /// <exception cref="TrainingException">A value is NaN or infinite, as after many skipped steps.</exception>
    private protected static Tensor Finite(Tensor output, string what) => double.IsFinite(output.To(DType.Float64).Sum().Item())
        ? output
        : throw new TrainingException(
            $"{what} are not finite at the end of the training, so they cannot be measured. Lower the learning rate, "
            + $"or set {nameof(TrainingOptions)}.{nameof(TrainingOptions.OnNan)} to {nameof(NanPolicy.Stop)} "
            + "to find the first tensor that is not finite.");

    RunObserver[] Observers(string folder) =>
    [
        new MetricsObserver(Record.Recipe, folder),
        .. Logger is { } logger ? new RunObserver[] { new LogObserver(logger, folder) } : [],
        .. Record.TensorBoard is { } options ? new RunObserver[] { new TensorBoardObserver(options, folder, Record.StepsDone + 1) } : [],
    ];

    // A with expression has the type of its operand, whose run-time type is TRecord.
    void Change(Func<RunRecord, RunRecord> change) => Record = (TRecord)change(Record);

    // Measures and pictures come before the checkpoint, which a resumed run continues from.
    void WriteWhatIsDue(RunFolder folder)
    {
        WriteMeasures(folder);
        if (Record.StepsDone % Record.SampleEvery == 0)
        {
            WriteSamples(folder);
        }

        if (Record.StepsDone % Record.CheckpointEvery == 0)
        {
            WriteCheckpoint(folder);
        }
    }

    void End(RunFolder folder, RunStatus status)
    {
        if (Record.StepsDone % Record.SampleEvery != 0 || Record.StepsDone == 0)
        {
            WriteSamples(folder);
        }

        if (Record.StepsDone % Record.CheckpointEvery != 0)
        {
            WriteCheckpoint(folder);
        }

        WriteResults(folder);
        RunRecord ended = Record with { Status = status, Ended = DateTimeOffset.Now, TrainingSeconds = Seconds };
        folder.WriteReport(ended);
        Change(_ => ended);
        folder.WriteRecord(Record);
        folder.Tell(observer => observer.OnEnd(Record));
    }

    void WriteCheckpoint(RunFolder folder)
    {
        Change(record => record with { TrainingSeconds = Seconds });
        folder.WriteCheckpoint(new Checkpoint(Record.StepsDone, Trainer.StateDict()) { Run = RunJson.Write(Record) });
    }

    // The first failure is the one to report: a full disk refuses this record as well.
    void RecordFailure(RunFolder folder, Exception failure)
    {
        try
        {
            Change(record => record with
            {
                Status = RunStatus.Failed,
                Error = failure.Message,
                Ended = DateTimeOffset.Now,
                TrainingSeconds = Seconds,
            });
            folder.WriteRecord(Record);
            folder.WriteReport(Record);
            folder.Tell(observer => observer.OnEnd(Record));
        }
        catch (TrainingException)
        {
        }
    }
}
