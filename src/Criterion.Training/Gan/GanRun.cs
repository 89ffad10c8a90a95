using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A training run of a GAN: networks built by a recipe and trained on data.</summary>
public sealed class GanRun : TrainingRun<GanStep, GanRunRecord>
{
    readonly Dataset _data;
    readonly GanNetworks _networks;
    readonly Sequential _generator;
    readonly GanTrainer _trainer;
    readonly Tensor _noise;

    /// <summary>Creates a run that has not started.</summary>
    /// <param name="recipe">The recipe, with the options to use.</param>
    /// <param name="data">The real images or points.</param>
    /// <param name="width">The width of the networks. Default: 32 for images, 128 for points.</param>
    /// <param name="sampleEvery">The steps between two pictures; at least 1. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints; at least 1. Default: 250.</param>
    /// <param name="load">The arguments that the data were loaded with, if they were loaded.</param>
    /// <param name="measure">When samples are measured. Default: never.</param>
    /// <exception cref="TrainingException">An option is out of range, or options and data are incompatible.</exception>
    public GanRun(
        GanRecipe recipe,
        Dataset data,
        int? width = null,
        int sampleEvery = 250,
        int checkpointEvery = 250,
        DataArguments? load = null,
        MeasureOptions? measure = null)
        : base(NewRecord(recipe, data, width, sampleEvery, checkpointEvery, load, measure))
    {
        GanOptions options = recipe.Options;
        _data = data;
        _networks = Record.Networks;
        _generator = _networks.Generator(options.Random(RandomPart.GeneratorWeights));
        _trainer = new GanTrainer(_generator, _networks.Discriminator(options.Random(RandomPart.DiscriminatorWeights)), data, options);
        _noise = _networks.Latents(_networks.SamplesInPicture, options.Random(RandomPart.Samples));
    }

    /// <summary>Gets the measure of samples; runs on the same data may share one.</summary>
    internal SampleMeasure Measure { get => field ??= SampleMeasure.For(_data); init; }

    private protected override Trainer<GanStep> Trainer => _trainer;

    /// <summary>Resumes a run that stopped or was killed. The result has the same bits as that of an uninterrupted run.</summary>
    /// <param name="record">The content of <c>run.json</c>.</param>
    /// <param name="data">The same data.</param>
    /// <param name="checkpoint">The checkpoint to continue from.</param>
    /// <param name="steps">The generator steps in total. Default: as recorded.</param>
    /// <exception cref="TrainingException">The data differ, or the checkpoint is of a later step than the last.</exception>
    public static GanRun Resume(GanRunRecord record, Dataset data, Checkpoint checkpoint, int? steps = null) =>
        Resume(record, data, checkpoint, steps, null);

    internal static GanRun Resume(GanRunRecord record, Dataset data, Checkpoint checkpoint, int? steps, SampleMeasure? measure)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        record.Data.CheckSame(data);
        GanRecipe recipe = new(record.Recipe, "", record.Options with { Steps = steps ?? record.Options.Steps });
        GanRun run = new(recipe, data, record.Networks.Width, record.SampleEvery, record.CheckpointEvery, record.Load, record.Measure)
        {
            Measure = measure!,
        };
        run.Restore(checkpoint, record);
        run.Record = run.Record with { Quality = record.Quality?.Step == checkpoint.Step ? record.Quality : null };
        return run;
    }

    /// <summary>Counts the modes that the generator covers; null for data whose modes are not known.</summary>
    public ModeCoverage? Modes()
    {
        if (_data is not PointDataset { Ring: { } ring })
        {
            return null;
        }

        RandomStream random = Record.Options.Random(RandomPart.Modes);
        return ModeCoverage.Of(_trainer.Sample(_networks.Latents(ModeCoverage.Samples, random)), ring);
    }

    private protected override void WriteSamples(RunFolder folder) =>
        folder.WritePicture(Record.StepsDone, _networks.Picture(_trainer.Sample(_noise), _data));

    private protected override void WriteMeasures(RunFolder folder)
    {
        if (Record.Measure is { } measure && Record.StepsDone % measure.Every == 0)
        {
            MeasureNow(folder, measure.Samples);
        }
    }

    private protected override void WriteResults(RunFolder folder)
    {
        _trainer.Averaged.Use(() => folder.WriteFile(GeneratorFile.Name, path => GeneratorFile.Write(path, _networks, _generator)));
        Record = Record with { Modes = Modes() };
        if (Record.Measure is { } measure && Record.Quality?.Step != Record.StepsDone)
        {
            MeasureNow(folder, measure.Samples);
        }
    }

    // The latents are those of "criterion evaluate" and from no stream of the training, which measuring therefore does not change.
    void MeasureNow(RunFolder folder, int samples)
    {
        Tensor images = _trainer.Sample(_networks.Latents(samples, new RandomStream(0)));
        SampleQuality quality = new(Record.StepsDone, Measure.Of(images));
        folder.WriteMeasures(quality);
        Record = Record with { Quality = quality };
    }

    static GanRunRecord NewRecord(
        GanRecipe recipe, Dataset data, int? width, int sampleEvery, int checkpointEvery, DataArguments? load, MeasureOptions? measure)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleEvery, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpointEvery, 1);
        return new GanRunRecord
        {
            Recipe = recipe.Name,
            Options = recipe.Options,
            Networks = recipe.Options.Networks(data, width),
            Data = DataRecord.Of(data),
            Load = load,
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Measure = measure,
            Machine = MachineRecord.Here(),
        };
    }
}
