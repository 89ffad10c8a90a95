using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public sealed class AugmentedTrainingTests : IDisposable
{
    readonly TempFolder _temp = new();

    static GanRecipe Recipe(Augmentation augmentation, string name = "dcgan", int steps = 20)
    {
        GanRecipe recipe = Tiny.Recipe(name, steps: steps);
        return recipe with { Options = recipe.Options with { Augment = augmentation } };
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_run_augments_few_images_by_itself_and_notes_it()
    {
        GanRun run = new(Recipe(Augmentation.Automatic), Tiny.Data, Tiny.Width);

        Assert.Equal(new DiffAugment(colour: false, cutout: false), run.Record.Options.Augment);
        Assert.Contains("GanOptions.Augment", Assert.Single(run.Notes));
        Assert.Empty(new GanRun(Recipe(new DiffAugment()), Tiny.Data, Tiny.Width).Notes);
        ImageDataset many = new("many", Tensor.Full([Augmentation.FewImages, 1, 1, 1], -1));
        Assert.Equal(Augmentation.None, Augmentation.Automatic.For(many));
        Assert.Equal(Augmentation.None, Augmentation.Automatic.For(new GaussianRing().Draw()));
    }

    [Fact]
    public void Both_networks_step_on_augmented_images()
    {
        MeanCritic critic = new();
        GanOptions options = Recipe(new DiffAugment(colour: false, cutout: false)).Options;
        Dcgan networks = Dcgan.For(Tiny.Data, Tiny.Width, options.Latent);
        GanTrainer trainer = new(networks.Generator(new RandomStream(1)), critic, Tiny.Data, options);

        trainer.Step();

        // Real and fake in the discriminator's step, and fake in the generator's: translated images have columns of zeros.
        Assert.Equal(3, critic.Seen.Count);
        Assert.All(critic.Seen, static images => Assert.True(images.EqualTo(0).To(DType.Float32).Sum().Item() >= 16));
        Assert.NotEqual(critic.Seen[1].ToArray<float>(), critic.Seen[2].ToArray<float>());
    }

    [Fact]
    public void A_gradient_penalty_is_the_slope_by_the_image_before_it_is_augmented()
    {
        // D(T(x)) = 3 Σ T(x), so its gradient by x is 3 where a pixel stays in sight, and 0 where it is cut out.
        const double Slope = 3;
        Tensor images = Tiny.Data.Images[..4];
        SumCritic critic = new(Slope);
        DiscriminatorEvaluator evaluator = new(
            critic, 0, null, new Augmenter(new DiffAugment(colour: false, translation: false), new RandomStream(4)));
        DiscriminatorPenalties penalties = new([new R1Penalty(2)], new RandomStream(5));

        DiscriminatorBatch batch = new(images, images, null!, null!);
        double penalty = penalties.EveryStep(samples => evaluator.Logits(samples, null), batch).Single().Value.Item();

        Tensor mask = PixelMoves.OutsideBox(
            images,
            new DiffAugment(colour: false, translation: false).Draw(images.Shape, new RandomStream(4)).CutoutCentre!,
            new Size2(8, 8));
        double visible = mask.Sum().Item() / 4;
        Assert.InRange(visible, 1, 255);
        Assert.Equal(new R1Penalty(2).Weight * Slope * Slope * visible / 2, penalty, 3);
    }

    [Fact]
    public void Saved_samples_are_not_augmented_and_neither_are_real_images()
    {
        GanRunRecord record = Tiny.Run(_temp["run"], Recipe(new DiffAugment(), steps: 4));
        (GanNetworks networks, Sequential generator) = GeneratorFile.Read(Path.Combine(_temp["run"], GeneratorFile.Name));
        Tensor samples = generator.InBatches(networks.Latents(64, record.Options.Random(RandomPart.Samples)));

        Assert.Equal(Picture(networks.Picture(samples)), File("step-000004.png"));
        Assert.Equal(Picture(ImageGrid.Draw(Tiny.Data.Evenly(64).Images)), File("real.png"));

        byte[] File(string name) => Picture(Png.Read(Path.Combine(_temp["run"], "samples", name)));
        static byte[] Picture(Tensor picture) => picture.ToArray<byte>();
    }

    [Theory]
    [InlineData("dcgan")]
    [InlineData("wgan-gp")]
    [InlineData("acgan")]
    public void A_resumed_run_has_the_bits_of_an_uninterrupted_one(string name)
    {
        GanRecipe recipe = Recipe(new DiffAugment(flip: true), name, steps: 12);
        Tiny.Run(_temp["whole"], recipe);
        using CancellationTokenSource stop = new();
        Tiny.Run(_temp["part"], recipe, step => Cancel(step, stop), stop);

        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["part"]);
        Checkpoint checkpoint = new CheckpointFolder(Path.Combine(_temp["part"], RunFolder.CheckpointsName)).Latest();
        GanRun resumed = GanRun.Resume(record, Tiny.Data, checkpoint);
        using (RunFolder folder = RunFolder.Reopen<GanStep>(_temp["part"], checkpoint.Step))
        {
            resumed.Execute(folder, null, TestContext.Current.CancellationToken);
        }

        Assert.Equal(5, checkpoint.Step);
        Assert.Equal(Bytes("whole"), Bytes("part"));

        byte[] Bytes(string run) => System.IO.File.ReadAllBytes(Path.Combine(_temp[run], GeneratorFile.Name));
    }

    [Fact]
    public void Augmentation_changes_what_is_learned()
    {
        Tiny.Run(_temp["plain"], Recipe(Augmentation.None));
        Tiny.Run(_temp["augmented"], Recipe(new DiffAugment()));

        Assert.NotEqual(
            System.IO.File.ReadAllBytes(Path.Combine(_temp["plain"], GeneratorFile.Name)),
            System.IO.File.ReadAllBytes(Path.Combine(_temp["augmented"], GeneratorFile.Name)));
    }

    [Fact]
    public void Points_cannot_be_augmented()
    {
        Dataset ring = new GaussianRing().Draw();
        GanOptions options = new() { Augment = new DiffAugment() };

        Assert.Contains(
            "GanOptions.Augment: colour,translation,cutout augments images",
            Assert.Throws<TrainingException>(() => new GanRun(ring, options)).Message);
        Assert.Equal(Augmentation.None, new GanRun(ring, new GanOptions()).Record.Options.Augment);
    }

    [Fact]
    public void A_run_records_its_augmentation_as_json()
    {
        GanRun run = new(Recipe(new DiffAugment(cutout: false, flip: true)), Tiny.Data, Tiny.Width);

        Assert.Equal(run.Record.Options.Augment, ((GanRunRecord)RunJson.Read(RunJson.Write(run.Record))).Options.Augment);
    }

    [Fact]
    public void A_record_without_augmentation_resumes_without()
    {
        GanRun run = new(Recipe(Augmentation.None), Tiny.Data, Tiny.Width);
        GanRunRecord old = run.Record with { Options = run.Record.Options with { Augment = Augmentation.Automatic } };

        GanRun resumed = GanRun.Resume(old, Tiny.Data, new Checkpoint(0, run.GanTrainer.StateDict()));

        Assert.Equal(Augmentation.None, resumed.Record.Options.Augment);
    }

    static void Cancel(GanStep step, CancellationTokenSource stop)
    {
        if (step.Step == 5)
        {
            stop.Cancel();
        }
    }

    /// <summary>Keeps the images that it scores.</summary>
    sealed class MeanCritic : Module
    {
        readonly Tensor _weight;

        public MeanCritic() => _weight = Parameter("weight", Tensor.Ones([1]));

        public List<Tensor> Seen { get; } = [];

        public override Tensor Forward(Tensor input)
        {
            if (IsTraining)
            {
                Seen.Add(input.Detach().Clone().Keep());
            }

            return input.Flatten(1).Mean(1) * _weight;
        }
    }

    sealed class SumCritic : Module
    {
        readonly Tensor _slope;

        public SumCritic(double slope) => _slope = Parameter("slope", Tensor.Full([1], slope));

        public override Tensor Forward(Tensor input) => input.Flatten(1).Sum(1) * _slope;
    }
}
