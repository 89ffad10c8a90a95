using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A training run of CUT or FastCUT between two sets of images.</summary>
public sealed class CutRun : UnpairedRun<CutStep, CutRunRecord, CutOptions>
{
    const int Rows = 8;
    const int Columns = 6;
    const string Cut = "cut";

    /// <summary>The default width of the heads, for small networks. In the paper: 256.</summary>
    internal const int SmallHeads = 64;

    /// <summary>
    /// The default discriminator: patches of 16 pixels. With those of 34, garments were filled with holes rather than with cloth.
    /// </summary>
    internal static readonly PatchDiscriminator SmallDiscriminator = PatchDiscriminator.Small with { Layers = 1 };

    readonly CutNetworks _networks;
    readonly CutTrainer _trainer;

    /// <summary>Creates a run that has not started.</summary>
    /// <param name="record">The options and networks.</param>
    /// <param name="a">The images of domain A.</param>
    /// <param name="b">The images of domain B.</param>
    /// <param name="pairs">Images that are known in both domains and are in neither set, for measurements and pictures.</param>
    /// <exception cref="TrainingException">Options, networks and data are incompatible.</exception>
    public CutRun(CutRunRecord record, ImageDataset a, ImageDataset b, (Tensor A, Tensor B)? pairs = null)
        : base(record, a, b, pairs)
    {
        _networks = CutNetworks.Build(record.Translator, record.Discriminator, new RandomStream(record.Options.Seed), record.HeadWidth);
        _trainer = new CutTrainer(_networks, a, b, Record.Options);
    }

    private protected override Trainer<CutStep> Trainer => _trainer;

    /// <summary>Creates a run on two sets of images, or on sketches and other garments.</summary>
    /// <param name="options">The options. Default: <see cref="CutOptions.Small"/>.</param>
    /// <param name="translator">The translator. Default: <see cref="ResnetTranslator.Small"/>, with the channels of the data.</param>
    /// <param name="discriminator">
    /// The discriminator. Default: <see cref="PatchDiscriminator.Small"/> with one layer, which sees patches of 16 pixels, and the channels
    /// of the data.
    /// </param>
    /// <param name="headWidth">The units of each layer of the heads; 256 in the paper. Default: 64.</param>
    /// <param name="a">The arguments that load domain A. Default: sketches of garments of Fashion-MNIST.</param>
    /// <param name="b">The arguments that load domain B. Default: other garments.</param>
    /// <param name="sampleEvery">The steps between two pictures. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints. Default: 250.</param>
    /// <param name="recipe">The name of the training in its record. Default: <c>cut</c>.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">The data cannot be loaded, or data and options are incompatible.</exception>
    public static CutRun Create(
        CutOptions? options = null,
        ResnetTranslator? translator = null,
        PatchDiscriminator? discriminator = null,
        int headWidth = SmallHeads,
        DataArguments? a = null,
        DataArguments? b = null,
        int sampleEvery = 250,
        int checkpointEvery = 250,
        string recipe = Cut,
        Action<LoadProgress>? onProgress = null)
    {
        UnpairedImages images = a is null || b is null ? BuiltIn : UnpairedImages.Load(a, b, onProgress);
        CutRunRecord record = new()
        {
            Recipe = recipe,
            Options = options ?? CutOptions.Small,
            Translator = (translator ?? ResnetTranslator.Small) with { Channels = images.A.Channels },
            Discriminator = (discriminator ?? SmallDiscriminator) with { Channels = images.A.Channels },
            HeadWidth = headWidth,
            A = DataRecord.Of(images.A),
            B = DataRecord.Of(images.B),
            LoadA = a,
            LoadB = b,
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Machine = MachineRecord.Here(),
        };
        return new CutRun(record, images.A, images.B, images.Pairs);
    }

    /// <summary>Resumes a run that stopped or was killed. The result has the same bits as that of an uninterrupted run.</summary>
    /// <param name="record">The content of <c>run.json</c>.</param>
    /// <param name="checkpoint">The checkpoint to continue from.</param>
    /// <param name="steps">The steps in total, which the decay of the learning rate follows. Default: as recorded.</param>
    /// <param name="objective">The objective, if the program defines it itself; the same as before. Default: as recorded.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">
    /// The data or the objective differ, or the checkpoint is of a later step than the last.
    /// </exception>
    /// <exception cref="CustomPartException">A program defines the objective, and it is not given.</exception>
    public static CutRun Resume(
        CutRunRecord record,
        Checkpoint checkpoint,
        int? steps = null,
        GanLoss? objective = null,
        Action<LoadProgress>? onProgress = null)
    {
        CutRun run = Create(
            Resumed(record, checkpoint, steps, objective),
            record.Translator,
            record.Discriminator,
            record.HeadWidth,
            record.LoadA,
            record.LoadB,
            record.SampleEvery,
            record.CheckpointEvery,
            record.Recipe,
            onProgress);
        record.CheckSame(run.Images);
        run.Restore(checkpoint, record);
        return run;
    }

    /// <summary>Measures the translator of a run on pairs, as at the end of the training.</summary>
    /// <param name="folder">The folder of a finished or stopped run.</param>
    /// <returns>The quality; null for data without pairs, which are all but the built-in sketches and garments.</returns>
    /// <exception cref="TrainingException">The folder is not that of such a run, or its data differ.</exception>
    public static TranslationQuality.Direction? Evaluate(string folder)
    {
        CutRunRecord record = RecordOf(folder);
        if (record.LoadA is not null || record.LoadB is not null)
        {
            return null;
        }

        UnpairedImages images = BuiltIn;
        record.CheckSame(images);
        return TranslationQuality.Direction.Of(ReadTranslator(folder), images.Shown.A, images.Shown.B);
    }

    /// <summary>Reads the trained translator of a run, in evaluation mode: <c>[N, C, H, W]</c> to the same, values in [−1, 1].</summary>
    /// <param name="folder">The folder of a finished or stopped run.</param>
    /// <exception cref="TrainingException">The folder is not that of such a run.</exception>
    /// <exception cref="DataFormatException">The file is damaged.</exception>
    public static Sequential ReadTranslator(string folder) =>
        TranslatorFile.Read(folder, TranslatorFile.AToB, RecordOf(folder).Translator.Build(new RandomStream(0)));

    // Each image is followed by its translation, and by the true image where it is known.
    private protected override void WriteSamples(RunFolder folder)
    {
        int each = Images.Pairs is null ? 2 : 3;
        int count = Math.Min(Rows * Columns / each, Images.Shown.A.Shape[0]);
        Tensor a = PixelValues.Signed(Images.Shown.A[..count]).Contiguous();
        Tensor[] shown = [a, _networks.Translator.InBatches(a), .. Images.Pairs is { } pairs ? [pairs.B[..count]] : (Tensor[])[]];
        folder.WriteSamples(Record.StepsDone, Tensor.Stack(shown, 1).Flatten(0, 1), Math.Min(Columns, each * count));
    }

    private protected override void WriteResults(RunFolder folder)
    {
        TranslatorFile.Write(folder, TranslatorFile.AToB, _networks.Translator);
        Finite(_networks.Translator.InBatches(Images.Measured.A), "Translations of A to B");
        if (Images.Pairs is { } pairs)
        {
            Record = Record with { Quality = TranslationQuality.Direction.Of(_networks.Translator, pairs.A, pairs.B) };
        }
    }

    static UnpairedImages BuiltIn => UnpairedImages.GarmentsToSketches.Reversed;

    static CutRunRecord RecordOf(string folder) => RunFolder.ReadRecord(folder) as CutRunRecord
        ?? throw new TrainingException($"'{folder}' is not the folder of a run of CUT. Give one.");
}
