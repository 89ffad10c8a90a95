using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A whole run of a GAN: networks from a recipe, trained on data.</summary>
public sealed class GanRun : TrainingRun<GanStep>
{
    readonly Dataset _data;
    readonly GanNetworks _networks;
    readonly Sequential _generator;
    readonly GanTrainer _trainer;
    readonly Tensor _noise;

    /// <summary>A run that is ready to start.</summary>
    /// <param name="recipe">The recipe, with the options to use.</param>
    /// <param name="data">The real images or points.</param>
    /// <param name="width">The networks' width; by the data if not given.</param>
    /// <param name="sampleEvery">Steps between two pictures.</param>
    /// <param name="checkpointEvery">Steps between two checkpoints.</param>
    /// <param name="load">How the data were loaded, if they were.</param>
    /// <param name="measure">When samples are measured, if they are.</param>
    /// <exception cref="TrainingException">Options and data do not go together.</exception>
    public GanRun(
        GanRecipe recipe,
        Dataset data,
        int? width = null,
        int sampleEvery = 250,
        int checkpointEvery = 250,
        DataArguments? load = null,
        MeasureOptions? measure = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleEvery, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpointEvery, 1);
        GanOptions options = recipe.Options;
        _data = data;
        _networks = options.Networks(data, width);
        _generator = _networks.Generator(options.Random(RandomPart.GeneratorWeights));
        _trainer = new GanTrainer(_generator, _networks.Discriminator(options.Random(RandomPart.DiscriminatorWeights)), data, options);
        _noise = _networks.Latents(_networks.SamplesInPicture, options.Random(RandomPart.Samples));
        Record = new GanRunRecord
        {
            Recipe = recipe.Name,
            Options = options,
            Networks = _networks,
            Data = DataRecord.Of(data),
            Load = load,
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Measure = measure,
            Machine = MachineRecord.Here(),
        };
    }

    /// <summary>How samples are measured; runs on the same data may share one.</summary>
    internal SampleMeasure Measure { get => field ??= SampleMeasure.For(_data); init; }

    GanRunRecord Gan => (GanRunRecord)Record;

    private protected override IStateful State => _trainer;

    /// <summary>A run that goes on where another stopped or was killed, bit for bit.</summary>
    /// <param name="record">What <c>run.json</c> says of it.</param>
    /// <param name="data">The same data.</param>
    /// <param name="checkpoint">Where to go on.</param>
    /// <param name="steps">Generator steps to train for in all; as recorded if not given.</param>
    /// <exception cref="TrainingException">The data are other data, or the checkpoint is of a later step than the last.</exception>
    public static GanRun Resume(GanRunRecord record, Dataset data, Checkpoint checkpoint, int? steps = null) =>
        Resume(record, data, checkpoint, steps, null);

    internal static GanRun Resume(GanRunRecord record, Dataset data, Checkpoint checkpoint, int? steps, SampleMeasure? measure)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        record.Data.CheckSame(data);
        GanOptions options = record.Options with { Steps = steps ?? record.Options.Steps };
        GanRecipe recipe = new(record.Recipe, "", options);
        GanRun run = new(recipe, data, record.Networks.Width, record.SampleEvery, record.CheckpointEvery, record.Load, record.Measure) { Measure = measure! };
        run.Restore(checkpoint, record);
        run.Record = run.Gan with { Quality = record.Quality?.Step == checkpoint.Step ? record.Quality : null };
        return run;
    }

    /// <summary>The modes that the generator covers at present; null for data whose modes are not known.</summary>
    public ModeCoverage? Modes()
    {
        if (_data is not PointDataset { Ring: { } ring })
        {
            return null;
        }

        RandomStream random = ((GanRunRecord)Record).Options.Random(RandomPart.Modes);
        return ModeCoverage.Of(_trainer.Sample(_networks.Latents(ModeCoverage.Samples, random)), ring);
    }

    private protected override GanStep Step() => _trainer.Step();

    private protected override void WriteSamples(RunFolder folder) =>
        folder.WritePicture(Record.StepsDone, _networks.Picture(_trainer.Sample(_noise), _data));

    private protected override void WriteMeasures(RunFolder folder)
    {
        if (Gan.Measure is { } measure && Record.StepsDone % measure.Every == 0)
        {
            MeasureNow(folder, measure.Samples);
        }
    }

    private protected override void WriteResults(RunFolder folder)
    {
        _trainer.WithAverage(() => folder.WriteFile(GeneratorFile.Name, path => GeneratorFile.Write(path, _networks, _generator)));
        Record = Gan with { Modes = Modes() };
        if (Gan.Measure is { } measure && Gan.Quality?.Step != Record.StepsDone)
        {
            MeasureNow(folder, measure.Samples);
        }
    }

    // The latents are those of "criterion evaluate", and no stream of the training: measuring changes nothing.
    void MeasureNow(RunFolder folder, int samples)
    {
        Tensor images = _trainer.Sample(_networks.Latents(samples, new RandomStream(0)));
        SampleQuality quality = new(Record.StepsDone, Measure.Of(images));
        folder.WriteMeasures(quality);
        Record = Gan with { Quality = quality };
    }
}
