namespace Criterion.Losses;

/// <summary>Makes a discriminator say the same of an image and of its augmented copy: weight · E[‖D(x) − D(T(x))‖²].</summary>
/// <remarks>
/// The discriminator's penalty; the gradient flows through both sides. On real images it is CR-GAN's, on real and on detached generated
/// images (two calls) bCR-GAN's. The squares of all outputs of an image, such as patches, add up.
/// </remarks>
/// <param name="Weight">λ, 10 in the papers.</param>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "discriminator, images [N, ...], augmentation → scalar",
    Source = "Zhang et al., Consistency regularization for generative adversarial networks, 2019; both kinds: Zhao et al., Improved consistency regularization for GANs, 2020",
    Alternatives = "R1Penalty flattens the discriminator in all directions; LeCamPenalty needs no augmentation.")]
public sealed record ConsistencyPenalty(double Weight = 10) : Penalty(Weight)
{
    /// <summary>The penalty of a discriminator.</summary>
    /// <param name="discriminator">Images to logits of any shape [N, ...].</param>
    /// <param name="images">[N, ...].</param>
    /// <param name="augment">Images to images that should be judged alike: shifted, flipped, with pieces cut out.</param>
    /// <exception cref="ShapeException">The logits of both differ in shape.</exception>
    /// <exception cref="LossException">There are no images.</exception>
    public Tensor Forward(Func<Tensor, Tensor> discriminator, Tensor images, Func<Tensor, Tensor> augment)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(augment);
        return Forward(discriminator(images), discriminator(augment(images)));
    }

    /// <summary>The penalty of logits that are already known.</summary>
    /// <param name="plain">The logits of images, [N, ...].</param>
    /// <param name="augmented">The logits of their augmented copies.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">There are no logits.</exception>
    public Tensor Forward(Tensor plain, Tensor augmented)
    {
        ArgumentNullException.ThrowIfNull(plain);
        ArgumentNullException.ThrowIfNull(augmented);
        if (plain.Shape != augmented.Shape || plain.Rank == 0)
        {
            throw new ShapeException($"ConsistencyPenalty: logits {plain.Shape} of images and {augmented.Shape} of their copies must be of one shape [N, ...].");
        }

        return plain.Count > 0
            ? TensorFormula.Sum(default(MSELoss.SquaredError), plain, augmented, Weight / plain.Shape[0])
            : throw new LossException($"ConsistencyPenalty: there are no logits in {plain.Shape}. Skip empty batches.");
    }

    /// <inheritdoc/>
    public override string ToLatex() => $@"{LatexFactor(Weight)}\mathbb{{E}}\left[\sum_j {TensorFormula.ToLatex(default(MSELoss.SquaredError), "D_j(x)", "D_j(T(x))")}\right]";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("penalty", "difference of logits", -3, 3, x => TensorFormula.Map(default(MSELoss.SquaredError), x, Tensor.ZerosLike(x)) * Weight)];
}
