using Criterion.Formats;

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
    /// <param name="pairs">The same images in both domains, for measuring, where they are known.</param>
    /// <exception cref="TrainingException">Options and data do not go together.</exception>
    public CycleGanRun(CycleGanRunRecord record, ImageDataset a, ImageDataset b, (Tensor A, Tensor B)? pairs = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        (_a, _b, _pairs) = (a, b, pairs);
        _networks = CycleGanNetworks.Build(record.Translator, record.Discriminator, new RandomStream(record.Options.Seed));
        _trainer = new CycleGanTrainer(_networks, a, b, record.Options);
        Record = record;
    }

    private protected override IStateful State => _trainer;

    /// <summary>The run of garments and their sketches: the default of the command line.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="translator">The translators.</param>
    /// <param name="discriminator">The discriminators.</param>
    /// <param name="sampleEvery">Steps between two pictures.</param>
    /// <param name="checkpointEvery">Steps between two checkpoints.</param>
    public static CycleGanRun Sketching(
        CycleGanOptions options, ResnetTranslator translator, PatchDiscriminator discriminator, int sampleEvery = 250, int checkpointEvery = 250)
    {
        ImageDataset data = ImageDataset.FashionMnist();
        (ImageDataset garments, ImageDataset sketches) = Sketches.Unpaired(data);

        // Their sketches were never seen.
        Tensor known = garments.Images[..PairsMeasured].Contiguous();
        CycleGanRunRecord record = new()
        {
            Recipe = "cyclegan",
            Options = options,
            Translator = translator,
            Discriminator = discriminator,
            A = DataRecord.Of(garments),
            B = DataRecord.Of(sketches),
            SampleEvery = sampleEvery,
            CheckpointEvery = checkpointEvery,
            Machine = MachineRecord.Here(),
        };
        return new CycleGanRun(record, garments, sketches, (known, Sketches.Of(known)));
    }

    /// <summary>Goes on where a checkpoint was written.</summary>
    /// <param name="checkpoint">Where to go on.</param>
    /// <param name="started">When the run first started.</param>
    public void Resume(Checkpoint checkpoint, DateTimeOffset started)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        Restore(checkpoint, started);
    }

    private protected override CycleStep Step() => _trainer.Step();

    private protected override void WriteSamples(RunFolder folder)
    {
        Tensor there = Trip(_a.Images[..Rows], _networks.AToB, _networks.BToA);
        Tensor back = Trip(_b.Images[..Rows], _networks.BToA, _networks.AToB);
        folder.WriteSamples(Record.StepsDone, Tensor.Cat([there, back], 1).Flatten(0, 1), columns: 6);
    }

    private protected override void WriteResults(RunFolder folder)
    {
        folder.WriteFile("a-to-b.safetensors", path => Safetensors.Write(path, _networks.AToB.StateDict()));
        folder.WriteFile("b-to-a.safetensors", path => Safetensors.Write(path, _networks.BToA.StateDict()));
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
