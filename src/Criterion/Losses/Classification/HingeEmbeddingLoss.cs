using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Hinge loss of distances between pairs: ℓ = x for similar pairs, y = 1, and max(0, Margin − x) for dissimilar ones, y = −1, which have
/// zero loss beyond the margin.
/// </summary>
/// <remarks>
/// The prediction is a distance, 0 or more: a negative one would make the loss of similar pairs negative. At x = Margin the gradient for y
/// = −1 is the one inside, −1. PyTorch equivalent: <c>torch.nn.HingeEmbeddingLoss</c>; unlike it, a target that is neither 1 nor −1 throws.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (distances), target (1 or −1) of one shape → scalar",
    PyTorch = "torch.nn.HingeEmbeddingLoss",
    Alternatives = "CosineEmbeddingLoss takes the embeddings and compares directions; "
        + "TripletMarginLoss compares distances with each other.")]
public sealed record HingeEmbeddingLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">The distance beyond which dissimilar pairs have zero loss. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public HingeEmbeddingLoss(double margin = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Margin = margin;

    /// <summary><inheritdoc cref="HingeEmbeddingLoss(double, Reduction)" path="/param[@name='margin']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Margin { get; init => field = Require.Finite(value, nameof(HingeEmbeddingLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new DistanceMargin(Margin));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1, 0), Curve("y = −1", -1, 0)];

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) => CheckSigns(target);

    /// <summary>x for y = 1, max(0, Margin − x) for y = −1.</summary>
    internal readonly struct DistanceMargin(double margin) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> =>
            T.Select(T.Equal(y, T.One), x, T.PositivePart(margin - x));
    }
}
