using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A whole run of a CycleGAN between two sets of images.</summary>
public sealed class CycleGanRun : TrainingRun<CycleStep>
{
    // Rows of the picture: A | A → B | A → B → A, and B the other way.
    const int Rows = 8;
    const int PairsMeasured = 500;

    readonly CycleGanNetworks _networks;
    readonly CycleGanTrainer _trainer;
    readonly ImageDataset _a;
    readonly ImageDataset _b;
    readonly (Tensor A, Tensor B)? _pairs;

    /// <summary>A run that is ready to start.</summary>
    /// <param name="record">The options and networks; what it says of data and machine is filled in.</param>
    /// <param name="a">Images of domain A.</param>
    /// <param name="b">Images of domain B.</param>
    /// <param name="pairs">The same images in both domains, in neither set, for measuring and pictures, where they are known.</param>
    /// <exception cref="TrainingException">Options and data do not go together.</exception>
    public CycleGanRun(CycleGanRunRecord record, ImageDataset a, ImageDataset b, (Tensor A, Tensor B)? pairs = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        record.Translator.CheckKeeps(a.Size);
        record.Discriminator.CheckFits(a.Size);
        (_a, _b, _pairs) = (a, b, pairs);
        _networks = CycleGanNetworks.Build(record.Translator, record.Discriminator, new RandomStream(record.Options.Seed));
        _trainer = new CycleGanTrainer(_networks, a, b, record.Options);
        Record = record;
    }

    private protected override IStateful State => _trainer;

    /// <summary>A run on two sets of images, or on garments and sketches of other garments.</summary>
    /// <param name="options">How to train; <see cref="CycleGanOptions.Small"/>.</param>
    /// <param name="translator">The translators; <see cref="ResnetTranslator.Small"/>, with the channels of the data.</param>
    /// <param name="discriminator">The discriminators; <see cref="PatchDiscriminator.Small"/>, likewise.</param>
    /// <param name="a">Where images of domain A are; null for garments of Fashion-MNIST.</param>
    /// <param name="b">Where images of domain B are; null for sketches.</param>
    /// <param name="sampleEvery">Steps between two pictures.</param>
    /// <param name="checkpointEvery">Steps between two checkpoints.</param>
    /// <exception cref="TrainingException">Data or options can't be trained on.</exception>
    public static CycleGanRun Create(
        CycleGanOptions? options = null,
        ResnetTranslator? translator = null,
        PatchDiscriminator? discriminator = null,
        DataArguments? a = null,
        DataArguments? b = null,
        int sampleEvery = 250,
        int checkpointEvery = 250)
    {
        (ImageDataset imagesA, ImageDataset imagesB, (Tensor A, Tensor B)? pairs) = a is null || b is null
            ? Sketches.Unpaired(ImageDataset.FashionMnist(), PairsMeasured)
            : Loaded(a.LoadImages(), b.LoadImages());
        CycleGanRunRecord record = new()
        {
            Recipe = "cyclegan",
            Options = options ?? CycleGanOptions.Small,
            Translator = (translator ?? ResnetTranslator.Small) with { Channels = imagesA.Channels },
            Discriminator = (discriminator ?? PatchDiscriminator.Small) with { Channels = imagesA.Channels },
            A = DataRecord.Of(imagesA),
            B = DataRecord.Of(imagesB),
            LoadA = a,
            LoadB = b,
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Machine = MachineRecord.Here(),
        };
        return new CycleGanRun(record, imagesA, imagesB, pairs);
    }

    /// <summary>If one domain has colour, both have.</summary>
    static (ImageDataset A, ImageDataset B, (Tensor, Tensor)? Pairs) Loaded(ImageDataset a, ImageDataset b)
    {
        int channels = Math.Max(a.Channels, b.Channels);
        return (a.WithChannels(channels), b.WithChannels(channels), null);
    }

    /// <summary>A run that goes on where another stopped or was killed, bit for bit.</summary>
    /// <param name="record">What <c>run.json</c> says of it.</param>
    /// <param name="checkpoint">Where to go on.</param>
    /// <param name="steps">Steps to train for in all; as recorded if not given. The fall of the learning rate follows.</param>
    /// <exception cref="TrainingException">The data are other data, or the checkpoint is of a later step than the last.</exception>
    public static CycleGanRun Resume(CycleGanRunRecord record, Checkpoint checkpoint, int? steps = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(checkpoint);
        CycleGanRun run = Create(
            record.Options with { Steps = steps ?? record.Options.Steps }, record.Translator, record.Discriminator, record.LoadA, record.LoadB, record.SampleEvery, record.CheckpointEvery);
        record.A.CheckSame(run._a);
        record.B.CheckSame(run._b);
        run.Restore(checkpoint, record);
        return run;
    }

    private protected override CycleStep Step() => _trainer.Step();

    private protected override void WriteSamples(RunFolder folder)
    {
        (Tensor a, Tensor b) = _pairs ?? (_a.Images, _b.Images);
        int rows = Math.Min(Rows, Math.Min(a.Shape[0], b.Shape[0]));
        Tensor there = Trip(a[..rows], _networks.AToB, _networks.BToA);
        Tensor back = Trip(b[^rows..], _networks.BToA, _networks.AToB);
        folder.WriteSamples(Record.StepsDone, Tensor.Cat([there, back], 1).Flatten(0, 1), columns: 6);
    }

    private protected override void WriteResults(RunFolder folder)
    {
        folder.WriteFile("a-to-b.safetensors", path => Safetensors.Write(path, _networks.AToB.StateDict()));
        folder.WriteFile("b-to-a.safetensors", path => Safetensors.Write(path, _networks.BToA.StateDict()));
        (Tensor a, Tensor b) = _pairs ?? (_a.Images.Narrow(0, 0, 1), _b.Images.Narrow(0, 0, 1));
        Finite(GanTrainer.Sample(_networks.AToB, a), "Translations of A to B");
        Finite(GanTrainer.Sample(_networks.BToA, b), "Translations of B to A");
        if (_pairs is { } pairs)
        {
            Record = (CycleGanRunRecord)Record with { Quality = TranslationQuality.Measure(_networks, pairs.A, pairs.B) };
        }
    }

    /// <summary>Images, their translations, and those translated back: [N, 3, C, H, W].</summary>
    static Tensor Trip(Tensor images, Nn.Module there, Nn.Module back)
    {
        Tensor translated = GanTrainer.Sample(there, images.Contiguous());
        return Tensor.Stack([images, translated, GanTrainer.Sample(back, translated)], 1);
    }
}
