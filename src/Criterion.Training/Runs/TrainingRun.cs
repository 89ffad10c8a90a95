using System.Diagnostics;

namespace Criterion.Training;

/// <summary>A whole training run that writes to a folder as it goes: losses, pictures, checkpoints, and the record of it all.</summary>
/// <typeparam name="TStep">What a step reports.</typeparam>
public abstract class TrainingRun<TStep>
    where TStep : struct, IRunStep
{
    RunRecord? _record;
    double _secondsBefore;
    long _start;

    /// <summary>What <c>run.json</c> says at present.</summary>
    public RunRecord Record
    {
        get => _record ?? throw new InvalidOperationException("The run has no record yet.");
        private protected set => _record = value;
    }

    /// <summary>Everything that changes from step to step.</summary>
    private protected abstract IStateful State { get; }

    double Seconds => _secondsBefore + Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Trains to the end, or until it is cancelled: then the step is finished and what there is is written.</summary>
    /// <param name="folder">Where everything goes.</param>
    /// <param name="onStep">Told of every step when all that is due is written, for progress.</param>
    /// <param name="cancellation">Stops the run after the step.</param>
    /// <returns>What <c>run.json</c> says at the end.</returns>
    /// <exception cref="TrainingException">A loss is no longer a number, or the folder can't be written any more.</exception>
    public RunRecord Execute(RunFolder folder, Action<TStep>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        (_start, _secondsBefore) = (Stopwatch.GetTimestamp(), Record.TrainingSeconds ?? 0);
        Note(folder, Record with { Started = Record.StepsDone == 0 ? DateTimeOffset.Now : Record.Started });
        try
        {
            WriteCheckpoint(folder);
            while (Record.StepsDone < Record.Steps && !cancellation.IsCancellationRequested)
            {
                TStep step = Step();
                folder.WriteLosses(step);
                Record = Record with { StepsDone = step.Step };
                WriteWhatIsDue(folder);
                onStep?.Invoke(step);
            }

            End(folder, Record.StepsDone >= Record.Steps ? RunStatus.Finished : RunStatus.Stopped);
        }
        catch (Exception e)
        {
            NoteFailure(folder, e);
            throw;
        }

        return Record;
    }

    /// <summary>Continues where a checkpoint was written.</summary>
    /// <exception cref="TrainingException">The checkpoint is of a later step than the run's last.</exception>
    private protected void Restore(Checkpoint checkpoint, RunRecord record)
    {
        if (checkpoint.Step > Record.Steps)
        {
            throw new TrainingException(
                $"Resume: {checkpoint.Step} steps are done, and {Record.Steps} in all were asked for. Ask for {checkpoint.Step} or more, or start a new run.");
        }

        State.LoadStateDict(checkpoint.State);
        double? seconds = checkpoint.Run.Length > 0 ? RunJson.Read(checkpoint.Run).TrainingSeconds : record.TrainingSeconds;
        Record = Record with { StepsDone = checkpoint.Step, Started = record.Started, TrainingSeconds = seconds };
    }

    /// <summary>One step of the trainer.</summary>
    private protected abstract TStep Step();

    /// <summary>Writes a picture of how far it has come.</summary>
    private protected abstract void WriteSamples(RunFolder folder);

    /// <summary>Writes what the run was made for.</summary>
    private protected abstract void WriteResults(RunFolder folder);

    /// <summary>Measures samples, if they are due at this step.</summary>
    private protected virtual void WriteMeasures(RunFolder folder)
    {
    }

    /// <summary>Returns what a network gives at the end of a training, if it can be measured.</summary>
    /// <exception cref="TrainingException">A value is NaN or infinite, as weights may be that skipped steps leave.</exception>
    private protected static Tensor Finite(Tensor output, string what) => double.IsFinite(output.To(DType.Float64).Sum().Item())
        ? output
        : throw new TrainingException($"{what} are not finite at the end of the training, so that they cannot be measured. Lower the learning rate, or stop at the first step that is not finite to see where it comes from.");

    // What a checkpoint goes on from is written before it.
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
        Note(folder, ended);
    }

    void WriteCheckpoint(RunFolder folder)
    {
        Record = Record with { TrainingSeconds = Seconds };
        folder.WriteCheckpoint(new Checkpoint(Record.StepsDone, State.StateDict()) { Run = RunJson.Write(Record) });
    }

    void Note(RunFolder folder, RunRecord record) => folder.WriteRecord(Record = record);

    // The first failure is the one to report: a disk that is full refuses this note as well.
    void NoteFailure(RunFolder folder, Exception failure)
    {
        try
        {
            Note(folder, Record with { Status = RunStatus.Failed, Error = failure.Message, Ended = DateTimeOffset.Now, TrainingSeconds = Seconds });
            folder.WriteReport(Record);
        }
        catch (TrainingException)
        {
        }
    }
}
