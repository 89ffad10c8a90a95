using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Tests.Golden;

namespace Criterion.Training.Tests;

public sealed class AdaptiveAugmentTests : IDisposable
{
    readonly TempFolder _temp = new();

    public static IEnumerable<TheoryDataRow<string, string>> Cases() => GoldenFile.Rows("augment", "adaptive");

    static Tensor Noise(params ReadOnlySpan<int> shape) =>
        Tensor.Rand(new Shape(shape), DType.Float64, new RandomStream(3), low: -1, high: 1);

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Given_draws_give_the_numbers_of_the_authors_maps(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("augment", op, name);
        GoldenAssert.Matches(golden, x => Transform(x).Apply(x[0]));
    }

    [Fact]
    public void At_probability_0_images_stay_as_they_are()
    {
        Tensor images = Noise(3, 3, 7, 6);

        Tensor same = new AdaptiveAugment().Draw(images.Shape, new RandomStream(1), 0).Apply(images);

        Assert.All(images.ToArray<double>().Zip(same.ToArray<double>()), static pair => Assert.Equal(pair.First, pair.Second, 12));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void First_and_second_derivatives_are_those_of_central_differences(int channels)
    {
        AdaptiveTransform transform = new AdaptiveAugment().Draw([2, channels, 6, 5], new RandomStream(2), 0.9);

        GradCheck.Check(x => transform.Apply(x[0]).Pow(3).Sum(), [Noise(2, channels, 6, 5)]);
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.75)]
    public void Each_image_is_changed_with_the_probability(double p)
    {
        AdaptiveTransform drawn = new AdaptiveAugment().Draw([4000, 1, 16, 16], new RandomStream(1), p);
        double[] pixels = drawn.Pixels.ToArray<double>();
        double[] colours = drawn.Colours.ToArray<double>();

        // Of a grey image's colours 3 parts change something, the flip of luma in half of its draws.
        double still = colours.Chunk(12).Count(static map => map[0] == 1 && map[3] == 0) / 4000.0;
        Assert.InRange(still, Expected() - 0.03, Expected() + 0.03);
        double unmoved = pixels.Chunk(6).Count(static map => map[0] == 1 && map[2] == 0 && map[5] == 0) / 4000.0;
        Assert.InRange(unmoved, 0, still);

        double Expected() => Math.Pow(1 - p, 2) * (1 - (p / 2));
    }

    [Fact]
    public void The_controller_follows_the_sign_of_the_real_scores()
    {
        AugmentationController controller = new(new AdaptiveAugment(target: 0.6, images: 1000));
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(0, controller.Probability);
            controller.Observe(0.9, 10);
        }

        Assert.Equal(0.04, controller.Probability, 12);
        Repeat(0.9, 400);
        Assert.Equal(1, controller.Probability);
        Repeat(0.1, 4);
        Assert.Equal(0.96, controller.Probability, 12);
        Repeat(-1, 1000);
        Assert.Equal(0, controller.Probability);

        void Repeat(double sign, int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                controller.Observe(sign, 10);
            }
        }
    }

    [Fact]
    public void The_sign_is_taken_from_the_middle_of_the_objective()
    {
        Tensor real = Tensor.From([0.6f, 0.9f, 2, 0.2f]);
        Tensor fake = Tensor.From([-4f, -4, -4, -4]);

        Assert.Equal(1, ScoreStatistics.MeanSign(new NonSaturatingGanLoss(), real, fake));
        Assert.Equal(1, ScoreStatistics.MeanSign(new HingeGanLoss(), real, fake));
        Assert.Equal(0.5, ScoreStatistics.MeanSign(new LeastSquaresGanLoss(), real, fake));
        Assert.Equal(1, ScoreStatistics.MeanSign(new WassersteinGanLoss(), real, fake));
        Assert.Equal(0, ScoreStatistics.MeanSign(new WassersteinGanLoss(), real + 10, real + 9.4));
        Assert.Equal(-1, ScoreStatistics.MeanSign(new EnergyBasedGanLoss(), real, fake));
    }

    [Theory]
    [InlineData("dcgan")]
    [InlineData("r3gan")]
    public void A_resumed_run_has_the_bits_of_an_uninterrupted_one(string name)
    {
        GanRecipe recipe = Recipe(name, 16);
        List<double> probabilities = [];
        Tiny.Run(_temp["whole"], recipe, step => probabilities.Add(step.Augmentation));
        using CancellationTokenSource stop = new();
        Tiny.Run(_temp["part"], recipe, step => (step.Step == 6 ? stop : null)?.Cancel(), stop);

        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["part"]);
        Checkpoint checkpoint = new CheckpointFolder(Path.Combine(_temp["part"], RunFolder.CheckpointsName)).Latest();
        using (RunFolder folder = RunFolder.Reopen<GanStep>(_temp["part"], checkpoint.Step))
        {
            GanRun.Resume(record, Tiny.Data, checkpoint).Execute(folder, null, TestContext.Current.CancellationToken);
        }

        Assert.Contains(probabilities, static p => p > 0);
        Assert.Equal(Losses("whole"), Losses("part"));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_temp["whole"], GeneratorFile.Name)),
            File.ReadAllBytes(Path.Combine(_temp["part"], GeneratorFile.Name)));

        string[] Losses(string run) =>
            [.. File.ReadAllLines(Path.Combine(_temp[run], "losses.csv")).Select(static line => line[..line.LastIndexOf(',')])];
    }

    [Fact]
    public void Samples_of_a_run_are_not_augmented()
    {
        GanRunRecord record = Tiny.Run(_temp["run"], Recipe("dcgan", 8));
        (GanNetworks networks, Sequential generator) = GeneratorFile.Read(Path.Combine(_temp["run"], GeneratorFile.Name));
        Tensor samples = generator.InBatches(networks.Latents(64, record.Options.Random(RandomPart.Samples)));

        Assert.Equal(
            networks.Picture(samples).ToArray<byte>(),
            Png.Read(Path.Combine(_temp["run"], "samples", "step-000008.png")).ToArray<byte>());
    }

    [Fact]
    public void The_monitor_reports_an_augmentation_that_may_leak()
    {
        GanStep[] rows = [.. Enumerable.Range(200, 100).Select(static i => new GanStep
        {
            Step = i, Accuracy = 0.7, Diversity = 1, GeneratorGradientNorm = 1, DiscriminatorLoss = 1, Augmentation = 0.85,
        })];

        Finding finding = Assert.Single(HealthCheck.Examine(rows, new NonSaturatingGanLoss()));
        Assert.Equal(FindingKind.LeakingAugmentation, finding.Kind);
        Assert.Contains("0.85", finding.Message);
        Assert.Empty(HealthCheck.Examine([.. rows.Select(static row => row with { Augmentation = 0.79 })], new NonSaturatingGanLoss()));
    }

    [Theory]
    [InlineData("ada", 0.6, 500_000)]
    [InlineData("ada:target=0.5,images=2000", 0.5, 2000)]
    public void Text_sets_target_and_speed(string text, double target, int images)
    {
        Assert.Equal(new AdaptiveAugment(target, images), Augmentation.Parse(text));
        Assert.Equal(text, Augmentation.Parse(text).ToString());
    }

    [Theory]
    [InlineData("ada:target=2", "above -1 and below 1")]
    [InlineData("ada:speed=2", "no option 'speed'")]
    [InlineData("ada,flip", "Invalid augmentation 'ada'")]
    public void Other_text_is_an_error(string text, string message) =>
        Assert.Contains(message, Assert.Throws<TrainingException>(() => Augmentation.Parse(text)).Message);

    static GanRecipe Recipe(string name, int steps)
    {
        GanRecipe recipe = Tiny.Recipe(name, steps: steps);
        return recipe with { Options = recipe.Options with { Augment = new AdaptiveAugment(target: -0.99, images: 200) } };
    }

    static AdaptiveTransform Transform(Tensor[] x) => AdaptiveTransform.Of(
        [.. x[1].ToArray<double>().Chunk(15).Select(static n => new AdaptiveDraw
        {
            IsFlipped = n[0] == 1, QuarterTurns = (int)n[1], Shift = (n[2], n[3]), Scale = n[4], AngleBefore = n[5], Stretch = n[6],
            AngleAfter = n[7], Fraction = (n[8], n[9]), Brightness = n[10], Contrast = n[11], IsLumaFlipped = n[12] == 1, Hue = n[13],
            Saturation = n[14],
        })],
        x[0].Shape[2],
        x[0].Shape[3]);
}
