using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Contrasts patches of a translated image with the patches of its source: ℓ = −ln of the softmax of s/τ at the key of the same place,
/// where s are the cosines of a query and all keys of its own image.
/// </summary>
/// <remarks>
/// Negatives are the other patches of the same image alone. The keys are constants for the gradient, as in the authors' code, unless
/// <c>learnKeys</c> is set. The images are the first dimension, so that a smaller last batch has the same loss. Rows of zeros have the
/// cosine 0. With a single patch the loss is 0. A matrix of more than 16 million cosines is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "queries [N, P, D], keys [N, P, D] → scalar",
    Source = "Park et al., Contrastive learning for unpaired image-to-image translation, 2020, equation 3",
    Alternatives = "CosineEmbeddingLoss compares pairs without negatives.")]
public sealed record PatchNceLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="temperature">τ, the divisor of the cosines; must be positive. Default: 0.07.</param>
    /// <param name="learnKeys">Whether the gradient passes through the keys. Default: false.</param>
    /// <param name="reduction">How the patches are reduced; None is the loss of each, <c>[N, P]</c>. Default: Mean.</param>
    public PatchNceLoss(double temperature = 0.07, bool learnKeys = false, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Temperature, LearnKeys) = (temperature, learnKeys);

    /// <summary><inheritdoc cref="PatchNceLoss(double, bool, Reduction)" path="/param[@name='temperature']/node()"/></summary>
    public double Temperature { get; init => field = Require.Positive(value, nameof(PatchNceLoss)); }

    /// <summary><inheritdoc cref="PatchNceLoss(double, bool, Reduction)" path="/param[@name='learnKeys']/node()"/></summary>
    public bool LearnKeys { get; init; }

    /// <summary>Computes the loss of the patches of a batch of images.</summary>
    /// <param name="queries">The features of patches of the translated images, <c>[N, P, D]</c>, of any lengths.</param>
    /// <param name="keys">The features of the same places of the source images, <c>[N, P, D]</c>, of any lengths.</param>
    /// <returns>A scalar, or <c>[N, P]</c> with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ or are not <c>[N, P, D]</c>.</exception>
    /// <exception cref="LossException">There is no patch, unless <see cref="Loss.OnEmpty"/> is Zero.</exception>
    public Tensor Forward(Tensor queries, Tensor keys)
    {
        CheckSameShape(queries, keys);
        if (queries.Rank != 3 || queries.Shape[2] == 0)
        {
            throw new ShapeException(
                $"{Name}: queries must be [N, P, D], but are {queries.Shape}. Reshape the features to images, patches and features.");
        }

        if (queries.Shape[0] == 0 || queries.Shape[1] == 0)
        {
            return ForEmpty(queries, 0) ?? queries.Sum(2);
        }

        int images = queries.Shape[0];
        (Tensor q, Tensor k) = (UnitRows.Of(queries), UnitRows.Of(LearnKeys ? keys : keys.Detach()));
        return Reduce(Tensor.Stack([.. Enumerable.Range(0, images).Select(image => TensorFormula.OwnAndOthers(
            new SoftmaxOfPairs(Temperature), q[image], k[image]))]));
    }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        SoftmaxOfPairs formula = new(Temperature);
        return $@"-\ln\left(\frac{{e^{{{formula.Own(new Latex("s_{ii}"))}}}}}{{\sum_j e^{{{formula.Own(new Latex("s_{ij}"))}}}}}\right)";
    }
}
