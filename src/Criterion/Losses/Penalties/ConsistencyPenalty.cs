namespace Criterion.Losses;

/// <summary>
/// Consistency regularization: a discriminator must give an image and its augmented copy the same output, weight · E[‖D(x) − D(T(x))‖²].
/// </summary>
/// <remarks>
/// Part of the discriminator's loss; the gradient flows through both outputs. On real images it is that of CR-GAN, on real and on detached
/// generated images (two calls) that of bCR-GAN. The squares of all outputs of an image, such as patches, are summed.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "discriminator, images [N, ...], augmentation → scalar",
    Source = "Zhang et al., Consistency regularization for generative adversarial networks, 2019; "
        + "both kinds: Zhao et al., Improved consistency regularization for GANs, 2020",
    Alternatives = "R1Penalty penalizes all directions of change; LeCamPenalty needs no augmentation.")]
public sealed record ConsistencyPenalty : Penalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">λ, 10 in the papers; must be 0 or more. Default: 10.</param>
    public ConsistencyPenalty(double weight = 10)
        : base(weight)
    {
    }

    /// <summary>Computes the penalty of a discriminator.</summary>
    /// <param name="discriminator">Maps images to logits of any shape [N, ...].</param>
    /// <param name="images">The images, [N, ...].</param>
    /// <param name="augment">Maps images to augmented ones: shifted, flipped, with parts cut out.</param>
    /// <exception cref="ShapeException">The logits differ in shape.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Func<Tensor, Tensor> discriminator, Tensor images, Func<Tensor, Tensor> augment)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(augment);
        return Forward(discriminator(images), discriminator(augment(images)));
    }

    /// <summary>Computes the penalty of given logits.</summary>
    /// <param name="plain">The logits of images, [N, ...].</param>
    /// <param name="augmented">The logits of the augmented copies.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor plain, Tensor augmented)
    {
        ArgumentNullException.ThrowIfNull(plain);
        ArgumentNullException.ThrowIfNull(augmented);
        if (plain.Shape != augmented.Shape || plain.Rank == 0)
        {
            throw new ShapeException(
                $"ConsistencyPenalty: logits {plain.Shape} of images and {augmented.Shape} of their copies must have the same shape [N, "
                + "...].");
        }

        return plain.Count > 0
            ? TensorFormula.Sum(default(MSELoss.SquaredError), plain, augmented, Weight / plain.Shape[0])
            : throw new LossException($"ConsistencyPenalty: the batch {plain.Shape} is empty. Skip empty batches.");
    }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"{LatexFactor(Weight)}\mathbb{{E}}"
        + $@"\left[\sum_j {TensorFormula.ToLatex(default(MSELoss.SquaredError), "D_j(x)", "D_j(T(x))")}\right]";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new(
            "penalty",
            "difference of logits",
            -3,
            3,
            x => TensorFormula.Map(default(MSELoss.SquaredError), x, Tensor.ZerosLike(x)) * Weight)];
}
