using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A training run of a GAN: networks of a recipe, or those that a program defines itself, trained on data.</summary>
/// <example><code>
/// GanOptions options = new() { Objective = new HingeGanLoss(), Latent = 32, Steps = 2000 };
/// GanRun run = GanRun.Open("runs/mine", data, options, new CustomNetworks(Generator, Discriminator));
/// run.Execute();
/// Png.Write("samples.png", run.Picture(run.Sample(64)));
/// </code></example>
public sealed class GanRun : TrainingRun<GanStep, GanRunRecord>
{
    readonly Dataset _data;
    readonly GanNetworks _networks;
    readonly GanTrainer _trainer;
    readonly Tensor _noise;

    /// <summary>Creates a run of a recipe that has not started.</summary>
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
        : this(
            data,
            NotNull(recipe).Options,
            recipe.Options.Networks(data, width),
            name: recipe.Name,
            sampleEvery: sampleEvery,
            checkpointEvery: checkpointEvery,
            load: load,
            measure: measure)
    {
    }

    /// <summary>Creates a run that has not started.</summary>
    /// <param name="data">The real images or points.</param>
    /// <param name="options">The options.</param>
    /// <param name="networks">The networks. Default: those of recipes with these options.</param>
    /// <param name="optimizers">Creates the optimizers. Default: those of <see cref="GanOptions.Optimizer"/>.</param>
    /// <param name="name">The name in the record and the report. Default: <c>gan</c>.</param>
    /// <param name="sampleEvery">The steps between two pictures; at least 1. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints; at least 1. Default: 250.</param>
    /// <param name="load">The arguments that the data were loaded with, if they were loaded.</param>
    /// <param name="measure">When samples are measured. Default: never.</param>
    /// <exception cref="TrainingException">
    /// An option is out of range, options, data and networks are incompatible, or a trial of the networks and the objective on two samples
    /// fails.
    /// </exception>
    public GanRun(
        Dataset data,
        GanOptions options,
        GanNetworks? networks = null,
        GanOptimizers? optimizers = null,
        string name = "gan",
        int sampleEvery = 250,
        int checkpointEvery = 250,
        DataArguments? load = null,
        MeasureOptions? measure = null)
        : base(NewRecord(data, options, networks, name, sampleEvery, checkpointEvery, load, measure))
    {
        (_data, _networks) = (data, Record.Networks);
        RandomStream generator = options.Random(RandomPart.GeneratorWeights);
        RandomStream discriminator = options.Random(RandomPart.DiscriminatorWeights);
        _trainer = new GanTrainer(_networks.Generator(generator), _networks.Discriminator(discriminator), data, Record.Options, optimizers)
        {
            // Modules of the program may draw from these without registering them.
            Streams = _networks is CustomNetworks ? [generator, discriminator, RandomStream.Default] : [],
        };
        Notes = AugmentationText.Notes(
            options.Augment, Record.Options.Augment, $"{nameof(GanOptions)}.{nameof(GanOptions.Augment)}");
        _trainer.Try();
        _networks = _networks is CustomNetworks custom ? custom.Described(_trainer, data) : _networks;
        Record = Record with { Networks = _networks, Optimizers = GanOptimizersRecord.Of(optimizers, _trainer) };
        _noise = _networks.Latents(_networks.SamplesInPicture, options.Random(RandomPart.Samples));
    }

    /// <summary>Gets the trainer, with its networks and optimizers.</summary>
    public GanTrainer GanTrainer => _trainer;

    /// <summary>Gets the measure of samples; runs on the same data may share one.</summary>
    internal SampleMeasure Measure { get => field ??= SampleMeasure.For(_data); init; }

    private protected override Trainer<GanStep> Trainer => _trainer;

    /// <summary>
    /// Opens a run in a folder: a new one, or one that was stopped, killed or finished, which continues from its last checkpoint with
    /// bit-identical results. Nothing is written before
    /// <see cref="TrainingRun{TStep, TRecord}.Execute(Action{TStep}, CancellationToken)"/>.
    /// </summary>
    /// <param name="path">The folder; it must be new, empty, or that of a run with the same options, networks and data.</param>
    /// <param name="data">The real images or points.</param>
    /// <param name="options">The options; only <see cref="GanOptions.Steps"/> may change when a run is resumed.</param>
    /// <param name="networks">The networks. Default: those of recipes with these options.</param>
    /// <param name="optimizers">Creates the optimizers. Default: those of <see cref="GanOptions.Optimizer"/>.</param>
    /// <param name="name">The name in the record and the report. Default: <c>gan</c>.</param>
    /// <param name="sampleEvery">The steps between two pictures; at least 1. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints; at least 1. Default: 250.</param>
    /// <param name="load">The arguments that the data were loaded with, if they were loaded.</param>
    /// <param name="measure">When samples are measured. Default: never.</param>
    /// <exception cref="TrainingException">
    /// The options cannot be trained, a trial of the networks and the objective on two samples fails, the folder has other files, or its
    /// run has other options, networks or data.
    /// </exception>
    public static GanRun Open(
        string path,
        Dataset data,
        GanOptions options,
        GanNetworks? networks = null,
        GanOptimizers? optimizers = null,
        string name = "gan",
        int sampleEvery = 250,
        int checkpointEvery = 250,
        DataArguments? load = null,
        MeasureOptions? measure = null)
    {
        GanRunRecord? before = RecordIn(path);
        before?.Data.CheckSame(data);
        options = before is null || options.Augment != Augmentation.Automatic
            ? options
            : options with { Augment = AugmentationOf(before) };
        GanRun run = new(data, options, networks, optimizers, name, sampleEvery, checkpointEvery, load, measure);
        if (before is not null)
        {
            run.CheckSame(before);
        }

        run.OpenIn(path, before);
        run.KeepQuality(before);
        return run;
    }

    /// <summary>
    /// Resumes a run of a recipe that stopped or was killed. The result has the same bits as that of an uninterrupted run.
    /// </summary>
    /// <param name="record">The content of <c>run.json</c>.</param>
    /// <param name="data">The same data.</param>
    /// <param name="checkpoint">The checkpoint to continue from.</param>
    /// <param name="steps">The generator steps in total. Default: as recorded.</param>
    /// <exception cref="TrainingException">The data differ, or the checkpoint is of a later step than the last.</exception>
    /// <exception cref="CustomPartException">A program defines parts of the run: use <see cref="Open"/> there.</exception>
    public static GanRun Resume(GanRunRecord record, Dataset data, Checkpoint checkpoint, int? steps = null) =>
        Resume(record, data, checkpoint, steps, null);

    internal static GanRun Resume(GanRunRecord record, Dataset data, Checkpoint checkpoint, int? steps, SampleMeasure? measure)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        record.CheckComplete();
        record.Data.CheckSame(data);
        GanRun run = new(
            data,
            record.Options with { Steps = steps ?? record.Options.Steps, Augment = AugmentationOf(record) },
            record.Networks,
            null,
            record.Recipe,
            record.SampleEvery,
            record.CheckpointEvery,
            record.Load,
            record.Measure)
        {
            Measure = measure!,
        };
        run.Restore(checkpoint, record);
        run.KeepQuality(record);
        return run;
    }

    /// <summary>Draws samples from the generator, with the average of its weights if one is kept.</summary>
    /// <param name="count">The number of samples.</param>
    /// <param name="seed">The seed of the latents. Default: 0.</param>
    /// <returns>The samples, such as images <c>[count, C, H, W]</c> in [−1, 1].</returns>
    public Tensor Sample(int count, ulong seed = 0) => _trainer.Sample(_networks.Latents(count, new RandomStream(seed)));

    /// <summary>
    /// Composes a picture of samples, as <see cref="Formats.Png"/> writes it: a grid of images, or points over those of the data.
    /// </summary>
    /// <param name="samples">The samples.</param>
    public Tensor Picture(Tensor samples) => _networks.Picture(samples, _data);

    /// <summary>Measures generated samples against the data.</summary>
    /// <param name="count">The number of samples; at least <see cref="Evaluation.LeastSamples"/>. Default: 5,000.</param>
    /// <param name="seed">The seed of the samples and of the subsets that are compared. Default: 0.</param>
    /// <exception cref="TrainingException">There are too few samples or data.</exception>
    public Evaluation Evaluate(int count = 5000, ulong seed = 0)
    {
        Tensor samples = Sample(count, seed);
        FeatureSet fake = _data is ImageDataset
            ? FeatureSet.Of(Record.Recipe, samples) with
            {
                Labels = _networks.Classes == 0 ? null : LatentSampler.InTurn(count, _networks.Classes),
            }
            : new FeatureSet(Record.Recipe, FeatureSet.Coordinates, samples);
        return Evaluation.Of(FeatureSet.Of(_data), fake, seed);
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

    private protected override void WriteSamples(RunFolder folder)
    {
        folder.WritePicture(Record.StepsDone, _networks.Picture(_trainer.Sample(_noise), _data));
        if (_data is ImageDataset images)
        {
            folder.WriteReal(images);
        }
    }

    private protected override void WriteMeasures(RunFolder folder)
    {
        if (Record.Measure is { } measure && Record.StepsDone % measure.Every == 0)
        {
            MeasureNow(folder, measure.Samples);
        }
    }

    private protected override void WriteResults(RunFolder folder)
    {
        _trainer.Averaged.Use(
            () => folder.WriteFile(GeneratorFile.Name, path => GeneratorFile.Write(path, _networks, _trainer.Generator)));
        Record = Record with { Modes = Modes() };
        if (Record.Measure is { } measure && Record.Quality?.Step != Record.StepsDone)
        {
            MeasureNow(folder, measure.Samples);
        }
    }

    // The latents are those of "criterion evaluate" and from no stream of the training, which measuring therefore does not change.
    void MeasureNow(RunFolder folder, int samples)
    {
        SampleQuality quality = new(Record.StepsDone, Measure.Of(Sample(samples)));
        folder.WriteMeasures(quality);
        Record = Record with { Quality = quality };
    }

    /// <summary>Restores a checkpoint of the same run, of which the program supplied the parts again.</summary>
    /// <exception cref="TrainingException">Options, networks or optimizers differ.</exception>
    internal void Continue(GanRunRecord before, Checkpoint checkpoint)
    {
        CheckSame(before);
        Restore(checkpoint, before);
        KeepQuality(before);
    }

    void KeepQuality(GanRunRecord? before)
    {
        if (before?.Quality is { } quality && quality.Step == Record.StepsDone)
        {
            Record = Record with { Quality = quality };
        }
    }

    void CheckSame(GanRunRecord before)
    {
        RunOptionsCheck.CheckSame(
            RunJson.Element(before.Options with { Steps = Record.Steps, Augment = AugmentationOf(before) }),
            RunJson.Element(Record.Options),
            nameof(GanOptions));
        if (before.Networks is CustomNetworks old && Record.Networks is CustomNetworks now)
        {
            now.CheckSame(old);
        }
        else
        {
            RunOptionsCheck.CheckSame(RunJson.Element(before.Networks), RunJson.Element(Record.Networks), nameof(GanNetworks));
        }

        if (before.Optimizers != Record.Optimizers)
        {
            throw new TrainingException(
                $"Resume: the run was trained with the optimizers {before.Optimizers?.ToString() ?? "of its options"}, and now they are "
                + $"{Record.Optimizers?.ToString() ?? "those of the options"}. Give the same ones, or start a new run in another folder.");
        }
    }

    // Versions without augmentation did not record it.
    static Augmentation AugmentationOf(GanRunRecord record) =>
        record.Options.Augment == Augmentation.Automatic ? Augmentation.None : record.Options.Augment;

    static GanRunRecord NewRecord(
        Dataset data,
        GanOptions options,
        GanNetworks? networks,
        string name,
        int sampleEvery,
        int checkpointEvery,
        DataArguments? load,
        MeasureOptions? measure)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleEvery, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpointEvery, 1);
        CheckUse(options, networks);
        return new GanRunRecord
        {
            Recipe = name,
            Options = options with { Augment = options.Augment.For(data) },
            Networks = networks ?? options.Networks(data),
            Data = DataRecord.Of(data),
            Load = load,
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Measure = measure,
            Machine = MachineRecord.Here(),
        };
    }

    // Nothing that is given has no effect.
    static void CheckUse(GanOptions options, GanNetworks? networks)
    {
        string? unused = networks is not CustomNetworks ? null
            : options.DiscriminatorNorm is not null ? nameof(GanOptions.DiscriminatorNorm)
            : options.DiscriminatorOutput is not null ? nameof(GanOptions.DiscriminatorOutput)
            : options.Network != GanNetwork.Dcgan ? nameof(GanOptions.Network)
            : null;
        if (unused is not null)
        {
            throw new TrainingException(
                $"{nameof(GanOptions)}.{unused}: the value has no effect on {nameof(CustomNetworks)}. "
                + "Build the networks accordingly, and leave it at its default.");
        }
    }

    static GanRecipe NotNull(GanRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe;
    }
}
