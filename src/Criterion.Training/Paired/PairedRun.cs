using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A training run on pairs of images: pix2pix or super-resolution.</summary>
public sealed class PairedRun : TrainingRun<PairedStep, PairedRunRecord>
{
    /// <summary>The name of the recipe that translates images to images of the same size.</summary>
    public const string Pix2Pix = "pix2pix";

    /// <summary>The name of the recipe that enlarges images.</summary>
    public const string SuperResolution = "super-resolution";

    // The picture has two columns of so many pairs.
    const int Rows = 8;

    readonly PairedImages _pairs;
    readonly Sequential _translator;
    readonly PairedTrainer _trainer;

    /// <summary>Creates a run that has not started.</summary>
    /// <param name="record">The options and networks.</param>
    /// <param name="pairs">The pairs.</param>
    /// <exception cref="TrainingException">Options, networks and data are incompatible.</exception>
    public PairedRun(PairedRunRecord record, PairedImages pairs)
        : base(Completed(record, pairs))
    {
        Notes = AugmentationText.Notes(
            record.Options.Augment, Record.Options.Augment, $"{nameof(PairedOptions)}.{nameof(PairedOptions.Augment)}");
        _pairs = pairs;
        Record.Translator.CheckFits(pairs.Input.Size, pairs.Target.Size);
        Record.Discriminator.CheckFits(pairs.Target.Size);
        RandomStream random = new(record.Options.Seed);
        _translator = Record.Translator.Build(random.Fork(1));
        _trainer = new(_translator, Record.Discriminator.Build(random.Fork(2)), pairs, Record.Options);
    }

    private protected override Trainer<PairedStep> Trainer => _trainer;

    /// <summary>Creates a run of pix2pix on pairs of images of the same size.</summary>
    /// <param name="options">The options. Default: <see cref="PairedOptions.Pix2Pix"/>.</param>
    /// <param name="data">The pairs. Default: the embedded garments, from their sketches.</param>
    /// <param name="translator">The translator. Default: <see cref="UnetTranslator.Small"/>.</param>
    /// <param name="discriminator">The discriminator. Default: <see cref="PatchDiscriminator.Small"/>.</param>
    /// <param name="sampleEvery">The steps between two pictures. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints. Default: 250.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <remarks>The channels of the networks follow from the data.</remarks>
    /// <exception cref="TrainingException">The data cannot be loaded, or data and options are incompatible.</exception>
    public static PairedRun CreatePix2Pix(
        PairedOptions? options = null,
        PairedData? data = null,
        UnetTranslator? translator = null,
        PatchDiscriminator? discriminator = null,
        int sampleEvery = 250,
        int checkpointEvery = 250,
        Action<LoadProgress>? onProgress = null) => Create(
            Pix2Pix, options ?? PairedOptions.Pix2Pix, data ?? new SketchPairs(), translator ?? UnetTranslator.Small,
            discriminator ?? PatchDiscriminator.Small, sampleEvery, checkpointEvery, onProgress);

    /// <summary>Creates a run that enlarges images.</summary>
    /// <param name="options">The options. Default: <see cref="PairedOptions.SuperResolution"/>.</param>
    /// <param name="images">The arguments that load the large images; null for the embedded Fashion-MNIST. Default: null.</param>
    /// <param name="translator">The translator. Default: <see cref="SuperResolver.Small"/>.</param>
    /// <param name="discriminator">The discriminator. Default: <see cref="PatchDiscriminator.Small"/>.</param>
    /// <param name="sampleEvery">The steps between two pictures. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints. Default: 250.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <remarks>The channels of the networks follow from the data.</remarks>
    /// <exception cref="TrainingException">The data cannot be loaded, or data and options are incompatible.</exception>
    public static PairedRun CreateSuperResolution(
        PairedOptions? options = null,
        DataArguments? images = null,
        SuperResolver? translator = null,
        PatchDiscriminator? discriminator = null,
        int sampleEvery = 250,
        int checkpointEvery = 250,
        Action<LoadProgress>? onProgress = null)
    {
        translator ??= SuperResolver.Small;
        return Create(
            SuperResolution, options ?? PairedOptions.SuperResolution, new ReducedPairs(translator.Factor, images), translator,
            discriminator ?? PatchDiscriminator.Small, sampleEvery, checkpointEvery, onProgress);
    }

    static PairedRun Create(
        string recipe,
        PairedOptions options,
        PairedData data,
        PairedTranslator translator,
        PatchDiscriminator discriminator,
        int sampleEvery,
        int checkpointEvery,
        Action<LoadProgress>? onProgress)
    {
        PairedImages pairs = data.Load(options.HeldOut, onProgress);
        PairedRunRecord record = new()
        {
            Recipe = recipe,
            Options = options,
            Translator = translator,
            Discriminator = discriminator,
            Data = data,
            Input = DataRecord.Of(pairs.Input),
            Target = DataRecord.Of(pairs.Target),
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Machine = MachineRecord.Here(),
        };
        return new PairedRun(record, pairs);
    }

    /// <summary>Resumes a run that stopped or was killed. The result has the same bits as that of an uninterrupted run.</summary>
    /// <param name="record">The content of <c>run.json</c>.</param>
    /// <param name="checkpoint">The checkpoint to continue from.</param>
    /// <param name="steps">The steps in total, which the decay of the learning rate follows. Default: as recorded.</param>
    /// <param name="objective">The objective, if the program defines it itself; the same as before. Default: as recorded.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">
    /// The data, the weights of the perceptual loss or the objective differ, or the checkpoint is of a later step than the last.
    /// </exception>
    /// <exception cref="CustomPartException">A program defines the objective, and it is not given.</exception>
    public static PairedRun Resume(
        PairedRunRecord record,
        Checkpoint checkpoint,
        int? steps = null,
        GanLoss? objective = null,
        Action<LoadProgress>? onProgress = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        PairedOptions options = record.Options with
        {
            Steps = steps ?? record.Options.Steps,
            Objective = GanLossConverter.Supplied(record.Options.Objective, objective),
        };
        PairedRun run = Create(
            record.Recipe, options, record.Data, record.Translator, record.Discriminator, record.SampleEvery, record.CheckpointEvery,
            onProgress);
        record.Input.CheckSame(run._pairs.Input);
        record.Target.CheckSame(run._pairs.Target);
        if (record.PerceptualChecksum != run.Record.PerceptualChecksum)
        {
            throw new TrainingException(
                $"'{options.Perceptual?.Network}' is not the file of weights that the run was trained with: its checksum is "
                + $"{run.Record.PerceptualChecksum}, and was {record.PerceptualChecksum}. Restore the file, or start a new run.");
        }

        run.Restore(checkpoint, record);
        return run;
    }

    /// <summary>Measures the translator of a run on its held-out pairs, as at the end of the training.</summary>
    /// <param name="folder">The folder of a finished or stopped run.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">The folder is not that of such a run, or its data differ.</exception>
    public static TranslationQuality.Direction Evaluate(string folder, Action<LoadProgress>? onProgress = null)
    {
        Sequential translator = ReadTranslator(folder);
        PairedRunRecord record = RecordOf(folder);
        PairedImages pairs = record.Data.Load(record.Options.HeldOut, onProgress);
        record.Input.CheckSame(pairs.Input);
        record.Target.CheckSame(pairs.Target);
        return Measure(translator, pairs);
    }

    /// <summary>
    /// Reads the trained translator of a run, in evaluation mode: <c>[N, C, H, W]</c> to images of the target's size, values in [−1, 1].
    /// </summary>
    /// <param name="folder">The folder of a finished or stopped run.</param>
    /// <exception cref="TrainingException">The folder is not that of such a run.</exception>
    /// <exception cref="DataFormatException">A file is damaged.</exception>
    public static Sequential ReadTranslator(string folder) =>
        TranslatorFile.Read(folder, TranslatorFile.OfPairs, RecordOf(folder).Translator.Build(new RandomStream(0)));

    private protected override void WriteSamples(RunFolder folder)
    {
        (Tensor input, Tensor target) = _pairs.HeldOut(2 * Rows);
        Size2 size = _pairs.Target.Size;
        Tensor output = _translator.InBatches(input);
        Tensor[] images = _pairs.Input.Size == size
            ? [input, output, target]
            : [input.UpsampleNearest2d(size), PairedImages.Bicubic(input, size), output, target];
        folder.WriteSamples(Record.StepsDone, Tensor.Stack(images, 1).Flatten(0, 1), columns: 2 * images.Length);
    }

    private protected override void WriteResults(RunFolder folder)
    {
        TranslatorFile.Write(folder, TranslatorFile.OfPairs, _translator);
        Finite(_translator.InBatches(_pairs.HeldOut(1).Input), "Translations of held-out images");
        Record = Record with { Quality = Measure(_translator, _pairs) };
    }

    static TranslationQuality.Direction Measure(Module translator, PairedImages pairs)
    {
        (Tensor input, Tensor target) = pairs.HeldOut();
        Size2 size = pairs.Target.Size;
        return TranslationQuality.Direction.Of(
            pairs.Input.Size == size ? input : PairedImages.Bicubic(input, size), translator.InBatches(input), target);
    }

    static PairedRunRecord RecordOf(string folder) => RunFolder.ReadRecord(folder) as PairedRunRecord
        ?? throw new TrainingException($"'{folder}' is not the folder of a run on pairs of images. Give one.");

    // What follows from the data, and the checksum of weights that are not part of the run.
    static PairedRunRecord Completed(PairedRunRecord record, PairedImages pairs)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(pairs);
        int channels = pairs.Target.Channels;
        return record with
        {
            Options = record.Options with { Augment = record.Options.Augment.For(pairs.Target), HeldOut = pairs.HeldOutPlaces.Count },
            Translator = record.Translator.For(pairs.Input.Size) with { Channels = channels },
            Discriminator = record.Discriminator with
            {
                Channels = record.Options.View == DiscriminatorView.Pair ? 2 * channels : channels,
            },
            PerceptualChecksum = record.Options.Perceptual?.Checksum(),
        };
    }
}
