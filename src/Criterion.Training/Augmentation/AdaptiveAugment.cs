namespace Criterion.Training;

/// <summary>
/// Adaptive discriminator augmentation (ADA): affine maps of pixels and colours, each with a probability p that a controller raises while
/// the discriminator overfits, and lowers otherwise.
/// </summary>
/// <remarks>
/// <para>With probability p each: a flip, quarter turns, whole pixels by up to an eighth of the sides, a scale of 2^(0.2 z), rotations
/// before and after a stretch of 2^(0.2 z) (each with probability 1 − √(1 − p)), a normal shift with a deviation of an eighth of the sides;
/// brightness 0.2 z, contrast 2^(0.5 z), a flip of luma, a rotation of hues and a saturation of 2^z, where z is normal. The last two need
/// colour. Pixels are interpolated linearly and mirrored at the edges; the authors filter with wavelets.</para>
/// <para>The controller takes r = E[sign(D(x))] of real images, which nears 1 when the discriminator recognises them, and moves p by the
/// images seen over <see cref="Images"/> every four discriminator steps: up if r is above <see cref="Target"/>, down if it is below. The
/// sign is that of the score less the middle of the objective: 0 for logits and hinge, the middle of both targets for least squares, and
/// of the mean scores of real and generated images for objectives without a zero, such as Wasserstein's.</para>
/// <para>Source: Karras, Aittala, Hellsten, Laine, Lehtinen, Aila, Training generative adversarial networks with limited data, 2020,
/// appendix B.</para>
/// </remarks>
public sealed record AdaptiveAugment : Augmentation
{
    internal const string Name = "ada";

    // Between two changes of p, as in the paper.
    internal const int Interval = 4;

    const double Eighth = 0.125;

    /// <summary>Initializes the augmentation.</summary>
    /// <param name="target">The value of r to aim at, in (−1, 1). Default: 0.6.</param>
    /// <param name="images">
    /// The real images over which p may go from 0 to 1; at least 1. Default: 500,000, as in the paper; the authors use
    /// 100,000 for a transfer.
    /// </param>
    public AdaptiveAugment(double target = 0.6, int images = 500_000) => (Target, Images) = (target, images);

    /// <summary><inheritdoc cref="AdaptiveAugment(double, int)" path="/param[@name='target']/node()"/></summary>
    public double Target
    {
        get;
        init => field = value is > -1 and < 1
            ? value
            : throw new TrainingException($"{nameof(AdaptiveAugment)}: the target must be above -1 and below 1, but is "
                + $"{NumberText.Format(value)}. Set a value in that range, such as 0.6.");
    }

    /// <summary><inheritdoc cref="AdaptiveAugment(double, int)" path="/param[@name='images']/node()"/></summary>
    public int Images
    {
        get;
        init => field = value >= 1
            ? value
            : throw new TrainingException($"{nameof(AdaptiveAugment)}: the number of images must be at least 1, but is {value}. "
                + "Set a positive number, such as 500000.");
    }

    private protected override string Text => this == new AdaptiveAugment() ? Name
        : $"{Name}:target={NumberText.Format(Target)},images={Images}";

    /// <summary>Draws a transform for each image, with every part: p = 1.</summary>
    /// <inheritdoc/>
    public override ImageTransform Draw(Shape images, RandomStream random) => Draw(images, random, 1);

    /// <summary>Draws a transform for each image.</summary>
    /// <param name="images">The shape of the images, <c>[N, 1 or 3, H, W]</c>.</param>
    /// <param name="random">The stream to draw from.</param>
    /// <param name="probability">p, the probability of each part, in [0, 1].</param>
    /// <exception cref="ShapeException">The shape is not that of images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    public AdaptiveTransform Draw(Shape images, RandomStream random, double probability)
    {
        CheckShape(images, random, nameof(AdaptiveAugment));
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        if (images[1] is not (1 or 3))
        {
            throw new ShapeException($"{nameof(AdaptiveAugment)}: images must have 1 or 3 channels, but are {images}. Convert them.");
        }

        (int height, int width) = (images[2], images[3]);
        AdaptiveDraw[] draws = new AdaptiveDraw[images[0]];
        for (int i = 0; i < draws.Length; i++)
        {
            draws[i] = One(height, width, isColour: images[1] == 3, random, probability);
        }

        return AdaptiveTransform.Of(draws, height, width);
    }

    // Every number is drawn in any case, so that the stream does not depend on p.
    static AdaptiveDraw One(int height, int width, bool isColour, RandomStream random, double p)
    {
        double both = 1 - Math.Sqrt(1 - p);
        return new AdaptiveDraw
        {
            IsFlipped = If(p, random.NextInt(2)) == 1,
            QuarterTurns = If(p, random.NextInt(4)),
            Shift = If(p, (Whole(width), Whole(height))),
            Scale = Math.Pow(2, If(p, 0.2 * Normal())),
            AngleBefore = If(both, Angle()),
            Stretch = Math.Pow(2, If(p, 0.2 * Normal())),
            AngleAfter = If(both, Angle()),
            Fraction = If(p, (Eighth * width * Normal(), Eighth * height * Normal())),
            Brightness = If(p, 0.2 * Normal()),
            Contrast = Math.Pow(2, If(p, 0.5 * Normal())),
            IsLumaFlipped = If(p, random.NextInt(2)) == 1,
            Hue = If(isColour ? p : 0, Angle()),
            Saturation = Math.Pow(2, If(isColour ? p : 0, Normal())),
        };

        T? If<T>(double probability, T drawn) => random.NextDouble() < probability ? drawn : default;
        double Symmetric() => (2 * random.NextDouble()) - 1;
        double Angle() => Math.PI * Symmetric();
        double Whole(int side) => Math.Round(Eighth * side * Symmetric());

        // Box and Muller, 1958; 1 − u is above 0.
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
