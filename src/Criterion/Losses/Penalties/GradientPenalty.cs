namespace Criterion.Losses;

/// <summary>Specifies the points at which a gradient penalty is taken.</summary>
public enum GradientPenaltyPoint
{
    /// <summary>A random point on the line between a real and a generated image, one for each pair.</summary>
    Interpolates,

    /// <summary>Real images.</summary>
    Real,

    /// <summary>Generated images.</summary>
    Fake,

    /// <summary>Real images plus noise, x + Noise · n with n normal: DRAGAN as in its paper.</summary>
    DraganNoise,

    /// <summary>
    /// Real images plus noise, x + α · Noise · σ · u with α uniform in [0, 1) for each image, u uniform in [0, 1) for each element, and σ
    /// the standard deviation of the whole batch: DRAGAN as in its authors' code (kodalinaveen3/DRAGAN, DRAGAN.ipynb).
    /// </summary>
    DraganCodeNoise,
}

/// <summary>
/// Gradient penalty of WGAN-GP: weight · E[(‖∇D(x̃)‖₂ / target − 1)²], where each x̃ is a random point on the line between a real and a
/// generated image.
/// </summary>
/// <remarks>
/// One-sided it is the penalty of WGAN-LP, with DRAGAN noise that of DRAGAN. <see cref="InputGradientPenalty"/> describes how gradients are
/// taken and which critics throw.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Name = "gradient-penalty",
    Shapes = "critic, real and fake images [N, ...] → scalar",
    Source = "Gulrajani et al., Improved training of Wasserstein GANs, 2017, equation 3; "
        + "one-sided: Petzka et al., On the regularization of Wasserstein GANs, 2017; "
        + "DRAGAN: Kodali et al., On convergence and stability of GANs, 2017",
    Alternatives = "R1Penalty takes the gradient at real images only and suits logistic losses; "
        + "SpectralNorm bounds the slope layer by layer, without a second gradient.")]
public sealed record GradientPenalty : InputGradientPenalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">λ, 10 in the papers; must be 0 or more. Default: 10.</param>
    /// <param name="target">The gradient norm without penalty; must be positive. Ignored when zero-centered. Default: 1.</param>
    /// <param name="sided">Which gradient norms are penalized. Default: TwoSided.</param>
    /// <param name="at">The points at which the gradient is taken. Default: Interpolates.</param>
    /// <param name="noise">
    /// The magnitude of DRAGAN noise, 0 or more: the standard deviation of the normal noise in units of the images (√c in the paper), or a
    /// share of the batch's standard deviation (½ in the authors' code). Default: 0.5.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not positive, or another option is out of range.</exception>
    public GradientPenalty(
        double weight = 10,
        double target = 1,
        GradientPenaltyForm sided = GradientPenaltyForm.TwoSided,
        GradientPenaltyPoint at = GradientPenaltyPoint.Interpolates,
        double noise = 0.5)
        : base(weight) => (Target, Sided, At, Noise) = (target, sided, at, noise);

    /// <summary>
    /// <inheritdoc
    /// cref="GradientPenalty(double, double, GradientPenaltyForm, GradientPenaltyPoint, double)"
    /// path="/param[@name='sided']/node()"/>
    /// </summary>
    public GradientPenaltyForm Sided { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="GradientPenalty(double, double, GradientPenaltyForm, GradientPenaltyPoint, double)"
    /// path="/param[@name='at']/node()"/>
    /// </summary>
    public GradientPenaltyPoint At { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="GradientPenalty(double, double, GradientPenaltyForm, GradientPenaltyPoint, double)"
    /// path="/param[@name='target']/node()"/>
    /// </summary>
    public double Target { get; init => field = Require.Positive(value, nameof(GradientPenalty)); }

    /// <summary>
    /// <inheritdoc
    /// cref="GradientPenalty(double, double, GradientPenaltyForm, GradientPenaltyPoint, double)"
    /// path="/param[@name='noise']/node()"/>
    /// </summary>
    public double Noise { get; init => field = Require.NonNegative(value, nameof(GradientPenalty)); }

    /// <inheritdoc/>
    protected internal override GradientNormCost Formula => new(Sided, Target);

    private protected override string[] LatexPoints => [@"\tilde{x}"];

    /// <summary>Draws one random point for each pair on the line from fake to real.</summary>
    /// <param name="real">Real images, [N, ...].</param>
    /// <param name="fake">Generated images of the same shape.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor Interpolate(Tensor real, Tensor fake, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        if (real.Shape != fake.Shape || real.Rank < 2)
        {
            throw new ShapeException(
                $"GradientPenalty: real {real.Shape} and fake {fake.Shape} must have the same shape [N, ...]. "
                + "Use batches of the same size.");
        }

        Tensor place = UniformPerImage(real, random);
        return fake.Detach() + (place * (real.Detach() - fake.Detach()));
    }

    internal override IEnumerable<Tensor> Points(Tensor real, Tensor fake, RandomStream? random) => [At switch
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
