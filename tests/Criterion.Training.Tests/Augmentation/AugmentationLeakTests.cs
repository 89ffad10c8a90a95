using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>
/// Compares statistics of samples with those of the images. They must agree where real and generated images are augmented, and differ where
/// the real ones alone are, which shows that the comparison notices a leak.
/// </summary>
public class AugmentationLeakTests
{
    const int Side = 16;
    const int Square = 6;
    const int Top = 4;
    const int Left = 2;
    const int Count = 1024;
    const int Batch = 32;
    const int Steps = 400;
    const double Ground = -0.8;
    const string Adaptive = "ada";

    // p where a training with AdaptiveAugment ends. The paper's limit is 0.8.
    const double LastProbability = 0.5;

    /// <summary>Draws squares of varying brightness, always in the same place left of the middle, on a dark ground.</summary>
    static Tensor Squares
    {
        get
        {
            Tensor images = Tensor.Full([Count, 1, Side, Side], Ground);
            Tensor brightness = Tensor.Rand([Count, 1, 1, 1], random: new RandomStream(1), low: 0.5, high: 0.9);
            images.Narrow(2, Top, Square).Narrow(3, Left, Square).CopyFrom(brightness.Expand(Count, 1, Square, Square));
            return images;
        }
    }

    public static TheoryData<string> Kinds => ["translation,cutout", "colour"];

    public static TheoryData<string> Parts => ["none", "translation", "cutout", "colour", "translation,cutout,colour", Adaptive];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Samples_of_a_trained_generator_are_not_augmented(string kind) => Assert.Empty(
        Statistics.Of(Squares).LeaksTo(Statistics.Of(Train(Squares, kind, Steps))));

    [Theory(Explicit = true)]
    [MemberData(nameof(Parts))]
    [Trait("Category", "Long")]
    public void Samples_of_a_longer_training_are_not_augmented(string kind) => Assert.Empty(
        Statistics.Of(Squares).LeaksTo(Statistics.Of(Train(Squares, kind, 5 * Steps))));

    [Theory]
    [InlineData("translation", "filled")]
    [InlineData("cutout", "filled")]
    [InlineData("colour", "brightness varies")]
    [InlineData("flip", "mirrored")]
    [InlineData(Adaptive, "spread")]
    public void Samples_are_augmented_where_the_real_images_alone_are(string kind, string leaking)
    {
        RandomStream random = new(2);
        Tensor images = Of(kind, 1) is AdaptiveAugment adaptive
            ? adaptive.Draw(Squares.Shape, random, LastProbability).Apply(Squares)
            : Of(kind, 1).Forward(Squares, random);

        Tensor samples = Train(images.Clamp(-1, 1), "none", Steps);

        Assert.Contains(
            Statistics.Of(Squares).LeaksTo(Statistics.Of(samples)),
            leak => leak.StartsWith(leaking, StringComparison.Ordinal));
    }

    [Fact]
    public void A_flip_of_half_of_the_images_hides_only_which_side_is_which()
    {
        Tensor samples = Train(Squares, "flip", Steps);
        Tensor facingLeft = Tensor.Where(Statistics.AreMirrored(samples).Reshape(-1, 1, 1, 1), samples.Flip(3), samples);

        Assert.Empty(Statistics.Of(Squares).LeaksTo(Statistics.Of(facingLeft)));
    }

    // p rises evenly, since r is above −0.99.
    static Augmentation Of(string kind, int steps) =>
        kind == Adaptive ? new AdaptiveAugment(-0.99, (int)(steps * Batch / LastProbability)) : Augmentation.Parse(kind);

    /// <summary>Trains a small GAN on images and returns its samples.</summary>
    static Tensor Train(Tensor images, string kind, int steps)
    {
        GanOptions options = new()
        {
            Steps = steps,
            ConstantShare = 0.5,
            BatchSize = Batch,
            LatentShape = [8],
            LearningRate = 2e-3,
            Regularizers = [new(new R1Penalty(0.2), 4)],
            AverageDecay = 0.98,
            Augment = Of(kind, steps),
        };
        RandomStream random = new(3);
        Sequential generator =
        [
            new Linear(8, 128, random: random), new LeakyReLU(0.2), new Linear(128, Side * Side, random: random), new Tanh(),
            new Unflatten(1, [1, Side, Side]),
        ];
        Sequential discriminator =
        [
            new Flatten(), new Linear(Side * Side, 128, random: random), new LeakyReLU(0.2), new Linear(128, 64, random: random),
            new LeakyReLU(0.2), new Linear(64, 1, random: random),
        ];
        GanTrainer trainer = new(generator, discriminator, new ImageDataset("squares", images, range: ImageRange.MinusOneOne), options);
        GanStep step = default;
        for (int i = 0; i < steps; i++)
        {
            step = trainer.Step();
        }

        Assert.Equal(kind == Adaptive ? LastProbability : 0, step.Augmentation, 0.05);
        return trainer.Sample(Count);
    }

    /// <summary>The statistics of images that an augmentation changes.</summary>
    /// <param name="Row">The mean row of the centre of what is bright.</param>
    /// <param name="Column">The mean column of the centre.</param>
    /// <param name="Spread">The standard deviation of the centre, in pixels.</param>
    /// <param name="Brightness">The mean of the pixels where the square is.</param>
    /// <param name="BrightnessVaries">The standard deviation of that mean over the images.</param>
    /// <param name="Mirrored">The share of images whose centre is right of the middle.</param>
    /// <param name="Filled">The share of pixels near 0, with which translation and cutout fill, and which no image has.</param>
    sealed record Statistics(
        double Row, double Column, double Spread, double Brightness, double BrightnessVaries, double Mirrored, double Filled)
    {
        const double Dark = -0.2;

        public static Statistics Of(Tensor images)
        {
            (Tensor rows, Tensor columns) = Centres(images);
            Tensor brightness = images.Narrow(2, Top, Square).Narrow(3, Left, Square).To(DType.Float64).Mean([1, 2, 3]);
            return new(
                rows.Mean().Item(),
                columns.Mean().Item(),
                Math.Sqrt(rows.Var().Item() + columns.Var().Item()),
                brightness.Mean().Item(),
                brightness.Std().Item(),
                Share(AreMirrored(images)),
                Share(images.Abs().Less(0.2)));
        }

        public static Tensor AreMirrored(Tensor images) => Centres(images).Columns.Greater((Side - 1) / 2.0);

        /// <summary>Returns the statistics that differ by more than the error of a training without augmentation.</summary>
        public IEnumerable<string> LeaksTo(Statistics samples) => new (string Name, double Of, double By, double Most)[]
        {
            ("row", Row, samples.Row, 0.15),
            ("column", Column, samples.Column, 0.15),
            ("spread", Spread, samples.Spread, 0.2),
            ("brightness", Brightness, samples.Brightness, 0.12),
            ("brightness varies", BrightnessVaries, samples.BrightnessVaries, 0.1),
            ("mirrored", Mirrored, samples.Mirrored, 0.02),
            ("filled", Filled, samples.Filled, 0.015),
        }.Where(static of => Math.Abs(of.Of - of.By) > of.Most).Select(static of => $"{of.Name}: {of.Of:0.000}, but {of.By:0.000}");

        /// <summary>Returns the centre of what is bright in each image, in pixels.</summary>
        static (Tensor Rows, Tensor Columns) Centres(Tensor images)
        {
            Tensor bright = (images.To(DType.Float64).Squeeze(1) - Dark).Relu();
            Tensor total = bright.Sum([1, 2]) + 1e-9;
            Tensor places = Tensor.Arange(0, Side, 1, DType.Float64);
            return ((bright.Sum(2) * places).Sum(1) / total, (bright.Sum(1) * places).Sum(1) / total);
        }

        static double Share(Tensor isTrue) => isTrue.To(DType.Float64).Mean().Item();
    }
}
