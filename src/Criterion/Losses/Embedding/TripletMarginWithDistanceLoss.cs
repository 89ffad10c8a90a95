using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Wants an anchor nearer to its positive than to its negative by a margin, by any distance:
/// ℓ = max(0, d(a, p) − d(a, n) + margin).
/// </summary>
/// <remarks>
/// The gradient is 0 for triplets that hold the margin already, unless <paramref name="Smooth"/>. The distance is a function: it
/// is not written to JSON, and two losses are equal only if it is the same one.
/// </remarks>
/// <param name="Distance">Two batches of rows to one distance for each; <see cref="PairwiseDistance"/> if null.</param>
/// <param name="Margin">By how much the negative should be farther, in the units of the distance.</param>
/// <param name="Swap">Takes min(d(a, n), d(p, n)) for d(a, n): the harder side of the triangle.</param>
/// <param name="Smooth">softplus for max(0, ·): every triplet keeps pulling, ever less.</param>
/// <param name="Reduction">What becomes of the losses of single triplets.</param>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "anchor, positive, negative [N, ...] → scalar",
    Source = "Schroff et al., FaceNet, 2015",
    PyTorch = "torch.nn.TripletMarginWithDistanceLoss",
    Alternatives = "TripletMarginLoss computes the usual distances in one pass.")]
public sealed record TripletMarginWithDistanceLoss(
    [property: JsonIgnore] Func<Tensor, Tensor, Tensor>? Distance = null,
    double Margin = 1,
    bool Swap = false,
    bool Smooth = false,
    Reduction Reduction = Reduction.Mean)
    : Loss(Reduction)
{
    static readonly PairwiseDistance Usual = new();

    /// <inheritdoc cref="TripletMarginWithDistanceLoss(Func{Tensor, Tensor, Tensor}, double, bool, bool, Reduction)"/>
    public double Margin { get; init => field = Require.NonNegative(value, nameof(TripletMarginWithDistanceLoss)); } =
        Require.NonNegative(Margin, nameof(TripletMarginWithDistanceLoss));

    /// <summary>The loss of triplets.</summary>
    /// <param name="anchor">What the distance takes, [N, D] most often.</param>
    /// <param name="positive">The same shape: of the anchor's kind.</param>
    /// <param name="negative">The same shape: of another kind.</param>
    /// <returns>A scalar, or the shape of the distances with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">Nothing to compare.</exception>
    public Tensor Forward(Tensor anchor, Tensor positive, Tensor negative)
    {
        CheckSameShape(anchor, positive);
        CheckSameShape(anchor, negative);
        if (ForEmpty(anchor, anchor.Count) is { } empty)
        {
            return empty;
        }

        Func<Tensor, Tensor, Tensor> distance = Distance ?? Usual.Forward;
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
    internal readonly struct Violation(double margin, bool smooth) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T near, T far)
            where T : struct, IReal<T>
        {
            T violation = near - far + T.Const(margin);
            return smooth ? T.Softplus(violation) : T.PositivePart(violation);
        }
    }
}
