namespace Criterion.Losses;

/// <summary>Feature matching of means: Σ (E[φ(G(z))] − E[φ(x)])², φ an inner layer of the discriminator.</summary>
/// <remarks>
/// The entire loss of the generator in the paper. Means are over the images of each batch, whose sizes may differ; real features are
/// detached. The article's feature matching is another one: it compares image with image, see <see cref="FeatureMatchingLoss"/>.
/// </remarks>
[Catalogue(
    LossFamily.Adversarial,
    Shapes = "features [N, ...] of generated and [M, ...] of real images → scalar",
    Source = "Salimans et al., Improved techniques for training GANs, 2016, section 3.1",
    Alternatives = "FeatureMatchingLoss compares pairs of images where there are pairs.")]
public sealed record MeanFeatureMatchingLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced; Sum, the squared distance, is the paper's. Default: Sum.</param>
    public MeanFeatureMatchingLoss(Reduction reduction = Reduction.Sum)
        : base(reduction)
    {
    }

    /// <summary>Computes the loss of a batch of features.</summary>
    /// <param name="fake">The features of generated images, [N, ...].</param>
    /// <param name="real">The features of real images, [M, ...].</param>
    /// <returns>A scalar, or the shape of one image's features with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The features of an image differ in shape.</exception>
    /// <exception cref="LossException">A batch is empty.</exception>
    public Tensor Forward(Tensor fake, Tensor real)
    {
        ArgumentNullException.ThrowIfNull(fake);
        ArgumentNullException.ThrowIfNull(real);
        if (fake.Rank == 0 || fake.Rank != real.Rank || fake.Shape.Without(0) != real.Shape.Without(0))
        {
            throw new ShapeException(
                $"{Name}: features fake {fake.Shape} and real {real.Shape} must have the same dimensions except the first.");
        }

        return ForEmpty(fake, Math.Min(fake.Count, real.Count)) ?? Evaluate(fake.Mean(0), real.Detach().Mean(0));
    }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        const string fake = @"\mathbb{E}\left[\phi_j(G(z))\right]";
        const string real = @"\mathbb{E}\left[\phi_j(x)\right]";
        return $@"\sum_j {TensorFormula.ToLatex(default(MSELoss.SquaredError), fake, real)}";
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("one feature", "difference of means", -3, 3, x => TensorFormula.Map(default(MSELoss.SquaredError), x, Tensor.ZerosLike(x)))];

    Tensor Evaluate(Tensor fake, Tensor real) => Reduction switch
    {
        Reduction.Mean => TensorFormula.Mean(default(MSELoss.SquaredError), fake, real),
        Reduction.Sum => TensorFormula.Sum(default(MSELoss.SquaredError), fake, real),
        _ => TensorFormula.Map(default(MSELoss.SquaredError), fake, real),
    };
}
