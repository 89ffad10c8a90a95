using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pulls an anchor closer to its positive than to its negative by a margin, for any distance: ℓ = max(0, d(a, p) − d(a, n) + margin).
/// </summary>
/// <remarks>
/// The gradient is 0 for triplets that satisfy the margin, unless <see cref="Smooth"/>. The distance is a function: it is not stored
/// in JSON, and two losses are equal only if they share it.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "anchor, positive, negative [N, ...] → scalar",
    Source = "Schroff et al., FaceNet, 2015",
    PyTorch = "torch.nn.TripletMarginWithDistanceLoss",
    Alternatives = "TripletMarginLoss computes the usual distances in one pass.")]
public sealed record TripletMarginWithDistanceLoss : Loss
{
    static readonly PairwiseDistance EuclideanDistance = new();

    /// <summary>Initializes the loss.</summary>
    /// <param name="distance">Maps two batches of rows to one distance for each row. Default: <see cref="PairwiseDistance"/>.</param>
    /// <param name="margin">The required difference of the distances, in units of the distance; must be 0 or more. Default: 1.</param>
    /// <param name="swap">Whether d(a, n) is replaced by min(d(a, n), d(p, n)), the harder side of the triangle. Default: false.</param>
    /// <param name="smooth">Whether max(0, ·) is replaced by softplus, so that every triplet has a gradient. Default: false.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public TripletMarginWithDistanceLoss(
        Func<Tensor, Tensor, Tensor>? distance = null,
        double margin = 1,
        bool swap = false,
        bool smooth = false,
        Reduction reduction = Reduction.Mean)
        : base(reduction) => (Distance, Margin, Swap, Smooth) = (distance, margin, swap, smooth);

    /// <summary>
    /// <inheritdoc
    /// cref="TripletMarginWithDistanceLoss(Func{Tensor, Tensor, Tensor}?, double, bool, bool, Reduction)"
    /// path="/param[@name='distance']/node()"/>
    /// </summary>
    [JsonIgnore]
    public Func<Tensor, Tensor, Tensor>? Distance { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="TripletMarginWithDistanceLoss(Func{Tensor, Tensor, Tensor}?, double, bool, bool, Reduction)"
    /// path="/param[@name='swap']/node()"/>
    /// </summary>
    public bool Swap { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="TripletMarginWithDistanceLoss(Func{Tensor, Tensor, Tensor}?, double, bool, bool, Reduction)"
    /// path="/param[@name='smooth']/node()"/>
    /// </summary>
    public bool Smooth { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="TripletMarginWithDistanceLoss(Func{Tensor, Tensor, Tensor}?, double, bool, bool, Reduction)"
    /// path="/param[@name='margin']/node()"/>
    /// </summary>
    public double Margin { get; init => field = Require.NonNegative(value, nameof(TripletMarginWithDistanceLoss)); }

    /// <summary>Computes the loss of triplets.</summary>
    /// <param name="anchor">The anchors, as the distance takes them, usually [N, D].</param>
    /// <param name="positive">Embeddings similar to the anchors, of the same shape.</param>
    /// <param name="negative">Embeddings dissimilar to the anchors, of the same shape.</param>
    /// <returns>A scalar, or the shape of the distances with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor anchor, Tensor positive, Tensor negative)
    {
        CheckSameShape(anchor, positive);
        CheckSameShape(anchor, negative);
        if (ForEmpty(anchor, anchor.Count) is { } empty)
        {
            return empty;
        }

        Func<Tensor, Tensor, Tensor> distance = Distance ?? EuclideanDistance.Forward;
        Tensor near = distance(anchor, positive);
        Tensor far = distance(anchor, negative);
        far = Swap ? Tensor.Minimum(far, distance(positive, negative)) : far;
        CheckSameShape(near, far);
        return Reduce(TensorFormula.Map(new Violation(Margin, Smooth), near, far));
    }

    /// <inheritdoc/>
    public override string ToLatex() => TensorFormula.ToLatex(
        new Violation(Margin, Smooth), "d(a, p)", Swap ? @"\min\left(d(a, n), d(p, n)\right)" : "d(a, n)");

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("negative at 1", "d(a, p)", 0, 3, d => TensorFormula.Map(new Violation(Margin, Smooth), d, Tensor.OnesLike(d)))];

    /// <summary>max(0, d(a, p) − d(a, n) + margin), or its softplus.</summary>
    internal readonly struct Violation(double margin, Flag smooth) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T near, T far)
            where T : struct, IReal<T>
        {
            T violation = near - far + margin;
            return smooth ? T.Softplus(violation) : T.PositivePart(violation);
        }
    }
}
