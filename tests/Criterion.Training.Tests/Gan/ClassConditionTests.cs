using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

public sealed class ClassConditionTests : IDisposable
{
    readonly TempFolder _temp = new();

    // Class 0 is black, class 1 grey and class 2 white, apart from noise.
    static ImageDataset Levels { get; } = new(
        "levels",
        (Tensor.Rand([96, 1, 8, 8], random: new RandomStream(1), low: -0.1, high: 0.1)
            + ((LatentSampler.InTurn(96, 3).To(DType.Float32) - 1) * 0.8).Reshape(-1, 1, 1, 1)),
        LatentSampler.InTurn(96, 3));

    static GanOptions Options(string recipe = "dcgan", int steps = 4) =>
        Tiny.Recipe(recipe, steps: steps).Options with { Classes = ClassConditioning.Projection, Augment = Augmentation.None };

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("dcgan")]
    [InlineData("lsgan")]
    [InlineData("wgan-gp")]
    [InlineData("hinge")]
    [InlineData("r3gan")]
    public void Every_image_recipe_trains_with_classes(string recipe)
    {
        GanStep last = default;
        GanRun.Open(_temp["run"], Levels, Options(recipe), name: recipe)
            .Execute(step => last = step, TestContext.Current.CancellationToken);

        Assert.True(double.IsFinite(last.GeneratorLoss) && last.GeneratorGradientNorm > 0);
        (GanNetworks network, Sequential generator) = GeneratorFile.Read(Path.Combine(_temp["run"], GeneratorFile.Name));
        Assert.Equal((3, ClassConditioning.Projection), (network.Classes, ((Dcgan)network).Conditioning));
        Assert.Equal(new Shape(6, 1, 8, 8), generator.InBatches(network.Latents(6, new RandomStream(1))).Shape);
    }

    [Fact]
    public void Diversity_is_measured_within_classes_too()
    {
        Tensor labels = LatentSampler.InTurn(12, 3);
        Tensor real = Tensor.Randn([12, 1, 4, 4], random: new RandomStream(3));
        Tensor levels = labels.To(DType.Float32).Reshape(-1, 1, 1, 1);

        // Other offsets of the classes change the diversity of all samples, and leave that within classes.
        Assert.Equal(1, ScoreStatistics.ClassDiversity(real, labels, real + (5 * levels), labels, 3), 1e-5);
        Assert.Equal(0.5, ScoreStatistics.ClassDiversity(real, labels, (real * 0.5) - levels, labels, 3), 1e-5);
        Assert.InRange(ScoreStatistics.ClassDiversity(real, labels, 5 * levels.Expand(real.Shape), labels, 3), 0, 1e-6);

        // The samples of a class against plain numbers: class 0 has samples 0, 3, 6 and 9.
        double[][] rows = [.. Enumerable.Range(0, 12).Select(i => real[i].ToArray<float>().Select(static x => (double)x).ToArray())];
        double within = Enumerable.Range(0, 3).Sum(c => Enumerable.Range(0, 16).Sum(pixel =>
        {
            double[] values = [.. Enumerable.Range(0, 4).Select(i => rows[c + (3 * i)][pixel])];
            return values.Sum(x => Math.Pow(x - values.Average(), 2));
        }));
        double all = rows.Sum(row => row.Sum(static x => x * x));
        Tensor apart = LatentSampler.InTurn(12, 12);
        Tensor one = Tensor.Zeros([12], DType.Int64);
        double around = all - (Enumerable.Range(0, 16).Sum(pixel => Math.Pow(rows.Sum(row => row[pixel]), 2)) / 12);
        Assert.Equal(
            Math.Sqrt(within / 9 / (around / 11)), ScoreStatistics.ClassDiversity(real, one, real, labels, 3), 1e-5);
        Assert.Equal(0, ScoreStatistics.ClassDiversity(real, apart, real, labels, 12));
    }

    [Fact]
    public void The_generator_learns_its_classes()
    {
        GanOptions options = Options(steps: 150) with { LearningRate = 2e-3 };
        GanRun run = new(Levels, options, options.Networks(Levels, 8));
        for (int i = 0; i < 150; i++)
        {
            run.GanTrainer.Step();
        }

        double[] means = [.. run.Sample(60).Mean([1, 2, 3]).ToArray<float>().Select((mean, i) => (Class: i % 3, mean))
            .GroupBy(static one => one.Class).OrderBy(static group => group.Key).Select(static group => group.Average(one => one.mean))];
        Assert.True(means[0] + 0.3 < means[1] && means[1] + 0.3 < means[2], string.Join(", ", means));
    }

    [Fact]
    public void The_embedding_has_spectral_norm_where_the_network_has_it()
    {
        Sequential discriminator = new Dcgan(8, width: 4, discriminatorNorm: DiscriminatorNorm.Spectral)
        {
            Classes = 3,
            Conditioning = ClassConditioning.Projection,
        }.Discriminator(new RandomStream(1));

        Assert.All(discriminator.OfType<ProjectionHead>().Single().Children(), static layer => Assert.IsType<SpectralNorm>(layer));
    }

    [Fact]
    public void Each_sample_is_scored_for_its_class_and_both_batches_have_the_same_classes()
    {
        LabelledCritic critic = new();
        Dcgan networks = Dcgan.For(Levels, Tiny.Width, 6) with { Classes = 3, Conditioning = ClassConditioning.Projection };
        GanTrainer trainer = new(
            networks.Generator(new RandomStream(1)), critic, Levels, Options() with { Objective = new WassersteinGanLoss(), Beta1 = 0 });

        GanStep step = trainer.Step();

        // The score is the number of the class: its mean over real and generated samples is the same if the classes are.
        Assert.InRange(step.RealScore, 0.01, 1.99);
        Assert.Equal(step.RealScore, step.FakeScore, 6);
        Assert.Equal(0, step.DiscriminatorLoss, 6);
    }

    [Fact]
    public void A_resumed_run_has_the_bits_of_an_uninterrupted_one()
    {
        GanRecipe recipe = Tiny.Recipe(steps: 12) with { Options = Options(steps: 12) with { Augment = new DiffAugment() } };
        Tiny.Run(_temp["whole"], recipe);
        using CancellationTokenSource stop = new();
        Tiny.Run(_temp["part"], recipe, step => (step.Step == 5 ? stop : null)?.Cancel(), stop);
        Checkpoint checkpoint = new CheckpointFolder(Path.Combine(_temp["part"], RunFolder.CheckpointsName)).Latest();
        using (RunFolder folder = RunFolder.Reopen<GanStep>(_temp["part"], checkpoint.Step))
        {
            GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["part"]);
            GanRun.Resume(record, Tiny.Data, checkpoint).Execute(folder, null, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_temp["whole"], GeneratorFile.Name)),
            File.ReadAllBytes(Path.Combine(_temp["part"], GeneratorFile.Name)));
    }

    [Fact]
    public void A_picture_has_one_row_for_each_class()
    {
        Dcgan networks = new(8, width: 2, latent: 3) { Classes = 3, Conditioning = ClassConditioning.Projection };
        Tensor samples = (LatentSampler.InTurn(6, 3).To(DType.Float32) - 1).Reshape(6, 1, 1, 1).Expand(6, 1, 8, 8).Contiguous();

        Tensor picture = networks.Picture(samples);

        // Two columns: every row of tiles has one grey.
        Assert.Equal(63, networks.SamplesInPicture);
        Assert.Equal(
            ImageGrid.Draw(Tensor.Cat([samples[0..1], samples[3..4], samples[1..2], samples[4..5], samples[2..3], samples[5..6]]), 2)
                .ToArray<byte>(),
            picture.ToArray<byte>());
    }

    [Fact]
    public void Samples_of_one_class_have_its_latents()
    {
        Dcgan networks = new(8, width: 2, latent: 3) { Classes = 4 };

        Tensor latents = networks.Latents(5, new RandomStream(1), label: 2);

        Assert.All(latents.Narrow(1, 3, 4).Reshape(5, 4).ToArray<float>().Chunk(4), static row => Assert.Equal([0, 0, 1, 0], row));
        Assert.Contains("from 0 to 3", Assert.Throws<TrainingException>(() => networks.Latents(5, new RandomStream(1), 4)).Message);
        Assert.Contains(
            "no classes", Assert.Throws<TrainingException>(() => new Dcgan().Latents(5, new RandomStream(1), 0)).Message);
    }

    [Fact]
    public void The_distance_within_classes_notices_classes_that_are_exchanged()
    {
        FeatureSet real = Set(LatentSampler.InTurn(300, 3));
        FeatureSet exchanged = Set(LatentSampler.InTurn(301, 3).Narrow(0, 1, 300).Contiguous());

        Evaluation same = Evaluation.Of(real, real);
        Evaluation other = Evaluation.Of(real, exchanged);

        Assert.Equal(0, same.FrechetIntraClass!.Value, 6);
        Assert.Equal(same.Frechet.Value, other.Frechet.Value, 6);
        Assert.True(other.FrechetIntraClass > 1);
        Assert.Null(Evaluation.Of(real with { Labels = null }, real).FrechetIntraClass);

        FeatureSet Set(Tensor labels) => new("levels", "level", Features()) { Labels = labels };
        static Tensor Features() => Tensor.Randn([300, 2], random: new RandomStream(4))
            + (LatentSampler.InTurn(300, 3).To(DType.Float32).Reshape(-1, 1) * 5);
    }

    [Fact]
    public void A_classifier_of_real_images_alone_leaves_generated_ones_out()
    {
        Tensor logits = Tensor.Randn([4], random: new RandomStream(1));
        Tensor classes = Tensor.Randn([4, 3], random: new RandomStream(2));
        Tensor labels = Tensor.From([0L, 1, 2, 1]);
        AuxiliaryClassifierGanLoss real = new(classifyFakes: false);
        AuxiliaryClassifierGanLoss both = new();

        double difference = both.Discriminator(logits, logits, classes, labels, classes, labels).Item()
            - real.Discriminator(logits, logits, classes, labels, classes, labels).Item();

        Assert.Equal(new CrossEntropyLoss().Forward(classes, labels).Item(), difference, 5);
        Assert.Equal(
            both.Generator(logits, classes, labels).Item(), real.Generator(logits, classes, labels).Item());
        Assert.NotEqual(
            Tiny.Trainer(Tiny.Recipe("acgan").Options).Step().DiscriminatorLoss,
            Tiny.Trainer(Tiny.Recipe("acgan").Options with { ClassifyFakes = false }).Step().DiscriminatorLoss);
    }

    [Fact]
    public void Conditions_that_cannot_be_are_errors()
    {
        Assert.Contains("cannot both classify", Error(Tiny.Data, Options("acgan")));
        Assert.Contains("has no labels", Error(new ImageDataset("plain", Tensor.Full([8, 1, 8, 8], -1)), Options()));
        Assert.Contains("cannot classify", Error(Tiny.Data, Options("ebgan")));
        Assert.Contains("a projection needs images", Error(new GaussianRing().Draw(), Options()));

        static string Error(Dataset data, GanOptions options) =>
            Assert.Throws<TrainingException>(() => new GanRun(data, options)).Message;
    }

    /// <summary>Returns [N, 4] scores: 0 of the image, and the number of each class.</summary>
    sealed class LabelledCritic : Module
    {
        readonly Tensor _weight;

        public LabelledCritic() => _weight = Parameter("weight", Tensor.Ones([1]));

        public override Tensor Forward(Tensor input) => Tensor.Cat(
            [input.Flatten(1).Mean(1, keepDim: true) * 0, Tensor.Arange(3).To(DType.Float32).Reshape(1, 3).Expand(input.Shape[0], 3)], 1)
            * _weight;
    }
}
