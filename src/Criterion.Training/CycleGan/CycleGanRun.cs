using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A training run of a CycleGAN between two sets of images.</summary>
public sealed class CycleGanRun : UnpairedRun<CycleStep, CycleGanRunRecord, CycleGanOptions>
{
    // Rows of the picture: A | A → B | A → B → A, and the same for B.
    const int Rows = 8;

    readonly CycleGanNetworks _networks;
    readonly CycleGanTrainer _trainer;

    /// <summary>Creates a run that has not started.</summary>
    /// <param name="record">The options and networks.</param>
    /// <param name="a">The images of domain A.</param>
    /// <param name="b">The images of domain B.</param>
    /// <param name="pairs">Images that are known in both domains and are in neither set, for measurements and pictures.</param>
    /// <exception cref="TrainingException">Options, networks and data are incompatible.</exception>
    public CycleGanRun(CycleGanRunRecord record, ImageDataset a, ImageDataset b, (Tensor A, Tensor B)? pairs = null)
        : base(record, a, b, pairs)
    {
        _networks = CycleGanNetworks.Build(record.Translator, record.Discriminator, new RandomStream(record.Options.Seed));
        _trainer = new CycleGanTrainer(_networks, a, b, Record.Options);
    }

    private protected override Trainer<CycleStep> Trainer => _trainer;

    /// <summary>Creates a run on two sets of images, or on garments and sketches of other garments.</summary>
    /// <param name="options">The options. Default: <see cref="CycleGanOptions.Small"/>.</param>
    /// <param name="translator">The translators. Default: <see cref="ResnetTranslator.Small"/>, with the channels of the data.</param>
    /// <param name="discriminator">
    /// The discriminators. Default: <see cref="PatchDiscriminator.Small"/>, with the channels of the data.
    /// </param>
    /// <param name="a">The arguments that load domain A. Default: garments of Fashion-MNIST.</param>
    /// <param name="b">The arguments that load domain B. Default: sketches of other garments.</param>
    /// <param name="sampleEvery">The steps between two pictures. Default: 250.</param>
    /// <param name="checkpointEvery">The steps between two checkpoints. Default: 250.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">The data cannot be loaded, or data and options are incompatible.</exception>
    public static CycleGanRun Create(
        CycleGanOptions? options = null,
        ResnetTranslator? translator = null,
        PatchDiscriminator? discriminator = null,
        DataArguments? a = null,
        DataArguments? b = null,
        int sampleEvery = 250,
        int checkpointEvery = 250,
        Action<LoadProgress>? onProgress = null)
    {
        UnpairedImages images = a is null || b is null
            ? UnpairedImages.GarmentsToSketches
            : UnpairedImages.Load(a, b, onProgress);
        CycleGanRunRecord record = new()
        {
            Recipe = "cyclegan",
            Options = options ?? CycleGanOptions.Small,
            Translator = (translator ?? ResnetTranslator.Small) with { Channels = images.A.Channels },
            Discriminator = (discriminator ?? PatchDiscriminator.Small) with { Channels = images.A.Channels },
            A = DataRecord.Of(images.A),
            B = DataRecord.Of(images.B),
            LoadA = a,
            LoadB = b,
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Machine = MachineRecord.Here(),
        };
        return new CycleGanRun(record, images.A, images.B, images.Pairs);
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
    public static CycleGanRun Resume(
        CycleGanRunRecord record,
        Checkpoint checkpoint,
        int? steps = null,
        GanLoss? objective = null,
        Action<LoadProgress>? onProgress = null)
    {
        CycleGanRun run = Create(
            Resumed(record, checkpoint, steps, objective),
            record.Translator,
            record.Discriminator,
            record.LoadA,
            record.LoadB,
            record.SampleEvery,
            record.CheckpointEvery,
            onProgress);
        record.CheckSame(run.Images);
        run.Restore(checkpoint, record);
        return run;
    }

    /// <summary>Measures the translators of a run on pairs, as at the end of the training.</summary>
    /// <param name="folder">The folder of a finished or stopped run.</param>
    /// <returns>The quality; null for data without pairs, which are all but the built-in garments and sketches.</returns>
    /// <exception cref="TrainingException">The folder is not that of such a run, or its data differ.</exception>
    public static TranslationQuality? Evaluate(string folder)
    {
        CycleGanRunRecord record = RecordOf(folder);
        if (record.LoadA is not null || record.LoadB is not null)
        {
            return null;
        }

        UnpairedImages images = UnpairedImages.GarmentsToSketches;
        record.CheckSame(images);
        (Sequential aToB, Sequential bToA) = ReadTranslators(folder);
        CycleGanNetworks networks = CycleGanNetworks.Build(record.Translator, record.Discriminator, new RandomStream(0));
        return TranslationQuality.Measure(networks with { AToB = aToB, BToA = bToA }, images.Shown.A, images.Shown.B);
    }

    /// <summary>Reads the trained translators of a run, in evaluation mode: <c>[N, C, H, W]</c> to the same, values in [−1, 1].</summary>
    /// <param name="folder">The folder of a finished or stopped run.</param>
    /// <returns>The translator of images of domain A to B, and that of B to A.</returns>
    /// <exception cref="TrainingException">The folder is not that of such a run.</exception>
    /// <exception cref="DataFormatException">A file is damaged.</exception>
    public static (Sequential AToB, Sequential BToA) ReadTranslators(string folder)
    {
        ResnetTranslator translator = RecordOf(folder).Translator;
        return (Read(TranslatorFile.AToB), Read(TranslatorFile.BToA));

        Sequential Read(string name) => TranslatorFile.Read(folder, name, translator.Build(new RandomStream(0)));
    }

    private protected override void WriteSamples(RunFolder folder)
    {
        (Tensor a, Tensor b) = Images.Shown;
        int rows = Math.Min(Rows, Math.Min(a.Shape[0], b.Shape[0]));
        Tensor there = Trip(PixelValues.Signed(a[..rows]), _networks.AToB, _networks.BToA);
        Tensor back = Trip(PixelValues.Signed(b[^rows..]), _networks.BToA, _networks.AToB);
        folder.WriteSamples(Record.StepsDone, Tensor.Cat([there, back], 1).Flatten(0, 1), columns: 6);
    }

    private protected override void WriteResults(RunFolder folder)
    {
        TranslatorFile.Write(folder, TranslatorFile.AToB, _networks.AToB);
        TranslatorFile.Write(folder, TranslatorFile.BToA, _networks.BToA);
        (Tensor a, Tensor b) = Images.Measured;
        Finite(_networks.AToB.InBatches(a), "Translations of A to B");
        Finite(_networks.BToA.InBatches(b), "Translations of B to A");
        if (Images.Pairs is { } pairs)
        {
            Record = Record with { Quality = TranslationQuality.Measure(_networks, pairs.A, pairs.B) };
        }
    }

    static CycleGanRunRecord RecordOf(string folder) => RunFolder.ReadRecord(folder) as CycleGanRunRecord
        ?? throw new TrainingException($"'{folder}' is not the folder of a run of a CycleGAN. Give one.");

    // The images, their translations, and those translated back: [N, 3, C, H, W].
    static Tensor Trip(Tensor images, Module there, Module back)
    {
        Tensor translated = there.InBatches(images.Contiguous());
        return Tensor.Stack([images, translated, back.InBatches(translated)], 1);
    }
}
