using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A whole training run: networks from a recipe, trained on data, written to a folder as it goes.</summary>
public sealed class GanRun
{
    /// <summary>Images in a picture of samples.</summary>
    const int SampleCount = 64;

    readonly Sequential _generator;
    readonly GanTrainer _trainer;
    readonly Tensor _noise;
    RunRecord _record;

    /// <summary>A run that is ready to start.</summary>
    /// <param name="recipe">The recipe, with the options to use.</param>
    /// <param name="data">The real images.</param>
    /// <param name="width">The networks' width.</param>
    /// <param name="sampleEvery">Steps between two pictures.</param>
    /// <param name="checkpointEvery">Steps between two checkpoints.</param>
    /// <param name="load">How the data were loaded, if they were.</param>
    /// <exception cref="TrainingException">Options and data do not go together.</exception>
    public GanRun(GanRecipe recipe, ImageDataset data, int width = 32, int sampleEvery = 250, int checkpointEvery = 250, DataArguments? load = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleEvery, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpointEvery, 1);
        GanOptions options = recipe.Options;
        Dcgan networks = Dcgan.For(data, width, options.Latent, normalizeDiscriminator: options.Penalty is null);
        _generator = networks.Generator(options.Random(RandomPart.GeneratorWeights));
        _trainer = new GanTrainer(_generator, networks.Discriminator(options.Random(RandomPart.DiscriminatorWeights)), data, options);
        _noise = networks.Latents(SampleCount, options.Random(RandomPart.Samples));
        _record = new RunRecord
        {
            Recipe = recipe.Name,
            Options = options,
            Networks = networks,
            Data = DataRecord.Of(data),
            Load = load,
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Machine = MachineRecord.Here(),
        };
    }

    /// <summary>A run that goes on where another stopped or was killed, bit for bit.</summary>
    /// <param name="record">What <c>run.json</c> says of it.</param>
    /// <param name="data">The same data.</param>
    /// <param name="checkpoint">Where to go on.</param>
    /// <param name="steps">Generator steps to train for in all; as recorded if not given.</param>
    /// <exception cref="TrainingException">The data are other data.</exception>
    public static GanRun Resume(RunRecord record, ImageDataset data, Checkpoint checkpoint, int? steps = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (DataRecord.Of(data) != record.Data)
        {
            throw new TrainingException($"The run was trained on {record.Data}, and this is {DataRecord.Of(data)}. Bring the data back, or start a new run.");
        }

        GanOptions options = record.Options with { Steps = steps ?? record.Options.Steps };
        GanRun run = new(new GanRecipe(record.Recipe, "", options), data, record.Networks.Width, record.SampleEvery, record.CheckpointEvery, record.Load);
        run._trainer.LoadStateDict(checkpoint.State);
        run._record = run._record with { Started = record.Started, StepsDone = checkpoint.Step };
        return run;
    }

    /// <summary>Trains to the end, or until it is cancelled: then the step is finished and what there is is written.</summary>
    /// <param name="folder">Where everything goes.</param>
    /// <param name="onStep">Told of every step, for progress.</param>
    /// <param name="cancellation">Stops the run after the step.</param>
    /// <returns>What <c>run.json</c> says at the end.</returns>
    /// <exception cref="TrainingException">A loss is no longer a number, or the folder can't be written any more.</exception>
    public RunRecord Execute(RunFolder folder, Action<GanStep>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Note(folder, _record with { Started = _record.StepsDone == 0 ? DateTimeOffset.Now : _record.Started });
        try
        {
            WriteCheckpoint(folder);
            while (_record.StepsDone < _record.Options.Steps && !cancellation.IsCancellationRequested)
            {
                GanStep step = _trainer.Step();
                folder.WriteLosses(step);
                _record = _record with { StepsDone = step.Step };
                onStep?.Invoke(step);
                if (step.Step % _record.SampleEvery == 0)
                {
                    WriteSamples(folder);
                }

                if (step.Step % _record.CheckpointEvery == 0)
                {
                    WriteCheckpoint(folder);
                }
            }

            End(folder, _record.StepsDone == _record.Options.Steps ? RunStatus.Finished : RunStatus.Stopped);
        }
        catch (Exception e)
        {
            NoteFailure(folder, e);
            throw;
        }

        return _record;
    }

    void End(RunFolder folder, RunStatus status)
    {
        if (_record.StepsDone % _record.SampleEvery != 0 || _record.StepsDone == 0)
        {
            WriteSamples(folder);
        }

        if (_record.StepsDone % _record.CheckpointEvery != 0)
        {
            WriteCheckpoint(folder);
        }

        folder.WriteGenerator(_record.Networks, _generator);
        Note(folder, _record with { Status = status, Ended = DateTimeOffset.Now });
    }

    void WriteSamples(RunFolder folder) => folder.WriteSamples(_record.StepsDone, GanTrainer.Sample(_generator, _noise));

    void WriteCheckpoint(RunFolder folder) => folder.WriteCheckpoint(new Checkpoint(_record.StepsDone, _trainer.StateDict()));

    void Note(RunFolder folder, RunRecord record) => folder.WriteRecord(_record = record);

    // The first failure is the one to report: a disk that is full refuses this note as well.
    void NoteFailure(RunFolder folder, Exception failure)
    {
        try
        {
            Note(folder, _record with { Status = RunStatus.Failed, Error = failure.Message, Ended = DateTimeOffset.Now });
        }
        catch (TrainingException)
        {
        }
    }
}
