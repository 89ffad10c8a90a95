namespace Criterion.Losses;

/// <summary>Where a gradient penalty takes the slope.</summary>
public enum GradientPenaltyPoint
{
    /// <summary>At a random place on the line between a real and a generated image, one place for each pair.</summary>
    Interpolates,

    /// <summary>At real images.</summary>
    Real,

    /// <summary>At generated images.</summary>
    Fake,

    /// <summary>Around real images, x + Noise · n with n normal: DRAGAN as its paper has it.</summary>
    DraganNoise,

    /// <summary>
    /// Beside real images, x + α · Noise · σ · u with α uniform in [0, 1) for each image, u likewise for each element, and σ the deviation
    /// of the whole batch: DRAGAN as its authors' code has it (kodalinaveen3/DRAGAN, DRAGAN.ipynb).
    /// </summary>
    DraganCodeNoise,
}

/// <summary>
/// Keeps the slope of a critic near a target: weight · E[(‖∇D(x̃)‖₂ / target − 1)²], where each x̃ lies at a random place on the
/// line between a real and a generated image.
/// </summary>
/// <remarks>
/// How slopes are taken, and which critics are refused: see <see cref="InputGradientPenalty"/>.
/// One-sided it is the penalty of WGAN-LP, at DRAGAN noise that of DRAGAN.
/// </remarks>
/// <param name="Weight">λ, 10 in the papers.</param>
/// <param name="Target">The slope that costs nothing; without meaning when centred at zero.</param>
/// <param name="Sided">Which slopes cost something.</param>
/// <param name="At">Where the slope is taken.</param>
/// <param name="Noise">
/// How far DRAGAN goes from real images: the deviation of its normal noise, in units of the images (the paper's √c), or a share of
/// the batch's deviation in the authors' code, where it is ½.
/// </param>
/// <exception cref="ArgumentOutOfRangeException">The target is not positive, or another option is out of range.</exception>
[Catalogue(
    LossFamily.Penalty,
    Name = "gradient-penalty",
    Shapes = "critic, real and fake images [N, ...] → scalar",
    Source = "Gulrajani et al., Improved training of Wasserstein GANs, 2017, equation 3; one-sided: Petzka et al., On the regularization of Wasserstein GANs, 2017; DRAGAN: Kodali et al., On convergence and stability of GANs, 2017",
    Alternatives = "R1Penalty takes the slope at real images only and goes with logistic objectives; SpectralNorm bounds the slope layer by layer, without a second gradient.")]
public sealed record GradientPenalty(
    double Weight = 10,
    double Target = 1,
    GradientPenaltyForm Sided = GradientPenaltyForm.TwoSided,
    GradientPenaltyPoint At = GradientPenaltyPoint.Interpolates,
    double Noise = 0.5) : InputGradientPenalty(Weight)
{
    /// <inheritdoc cref="GradientPenalty(double, double, GradientPenaltyForm, GradientPenaltyPoint, double)"/>
    public double Target { get; init => field = Require.Positive(value, nameof(GradientPenalty)); } =
        Require.Positive(Target, nameof(GradientPenalty));

    /// <inheritdoc cref="GradientPenalty(double, double, GradientPenaltyForm, GradientPenaltyPoint, double)"/>
    public double Noise { get; init => field = Require.NonNegative(value, nameof(GradientPenalty)); } =
        Require.NonNegative(Noise, nameof(GradientPenalty));

    /// <inheritdoc/>
    protected internal override GradientNormCost Formula => new(Sided, Target);

    private protected override string[] LatexPoints => [@"\tilde{x}"];

    /// <summary>One random place for each image on the line from fake to real.</summary>
    /// <param name="real">Real images, [N, ...].</param>
    /// <param name="fake">Generated images of the same shape.</param>
    /// <param name="random">Where the places come from; <see cref="RandomStream.Default"/> if not given.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor Interpolate(Tensor real, Tensor fake, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        if (real.Shape != fake.Shape || real.Rank < 2)
        {
            throw new ShapeException($"GradientPenalty: real {real.Shape} and fake {fake.Shape} must be of one shape [N, ...]; take equal batches.");
        }

        Tensor place = UniformPerImage(real, random);
        return fake.Detach() + (place * (real.Detach() - fake.Detach()));
    }

    private protected override IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random) => [At switch
    {
        GradientPenaltyPoint.Interpolates => Interpolate(real, fake, random),
        GradientPenaltyPoint.Real => real,
        GradientPenaltyPoint.Fake => fake,
        GradientPenaltyPoint.DraganNoise => real.Detach() + (Tensor.RandnLike(real, random) * Noise),
        _ => real.Detach() + BatchDeviationNoise(real.Detach(), random),
    }];

    Tensor BatchDeviationNoise(Tensor real, RandomStream? random) =>
        UniformPerImage(real, random) * Tensor.RandLike(real, random) * (real.Std(correction: 0) * Noise);

    static Tensor UniformPerImage(Tensor images, RandomStream? random) =>
        Tensor.Rand([images.Shape[0], .. Enumerable.Repeat(1, images.Rank - 1)], images.DType, random);
}
