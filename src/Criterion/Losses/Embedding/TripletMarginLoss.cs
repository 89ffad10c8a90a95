using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Wants an anchor nearer to its positive than to its negative by a margin: ℓ = max(0, d(a, p) − d(a, n) + margin), with
/// d(x, y) = (Σⱼ |xⱼ − yⱼ + ε|ᵖ)^(1/p).
/// </summary>
/// <remarks>
/// The gradient is 0 for triplets that hold the margin already: choose hard ones, or set <paramref name="Smooth"/>. At a distance
/// of exactly 0 its gradient is 0; ε, added to each difference, keeps equal rows from it, so that d(x, x) is not 0. All embeddings
/// in one point cost just the margin: with a margin of 0 that is a perfect solution, good for nothing, unless Smooth. Rows are
/// compared as they are: bring them to one length first if only directions should count.
/// </remarks>
/// <param name="Margin">By how much the negative should be farther, a distance.</param>
/// <param name="P">The degree of the norm, at least 1; may be infinite.</param>
/// <param name="Epsilon">ε, added to each difference.</param>
/// <param name="Swap">Takes min(d(a, n), d(p, n)) for d(a, n): the harder side of the triangle.</param>
/// <param name="Smooth">softplus for max(0, ·): every triplet keeps pulling, ever less.</param>
/// <param name="Reduction">What becomes of the losses of single triplets.</param>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "anchor, positive, negative [..., D] → scalar",
    Source = "Schroff et al., FaceNet, 2015; swap: Balntas et al., Learning local feature descriptors with triplets, 2016; smooth: Hermans et al., In defense of the triplet loss, 2017",
    PyTorch = "torch.nn.TripletMarginLoss",
    Alternatives = "ContrastiveLoss and CosineEmbeddingLoss need pairs only; TripletMarginWithDistanceLoss takes any distance.")]
public sealed record TripletMarginLoss(
    double Margin = 1, double P = 2, double Epsilon = 1e-6, bool Swap = false, bool Smooth = false, Reduction Reduction = Reduction.Mean)
    : RowLoss(Reduction)
{
    /// <inheritdoc cref="TripletMarginLoss(double, double, double, bool, bool, Reduction)"/>
    public double Margin { get; init => field = Require.NonNegative(value, nameof(TripletMarginLoss)); } =
        Require.NonNegative(Margin, nameof(TripletMarginLoss));

    /// <inheritdoc cref="TripletMarginLoss(double, double, double, bool, bool, Reduction)"/>
    public double P { get; init => field = Require.NormDegree(value, nameof(TripletMarginLoss)); } =
        Require.NormDegree(P, nameof(TripletMarginLoss));

    /// <inheritdoc cref="TripletMarginLoss(double, double, double, bool, bool, Reduction)"/>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(TripletMarginLoss)); } =
        Require.NonNegative(Epsilon, nameof(TripletMarginLoss));

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(AnyDegree);

    Triplet AnyDegree => new(Margin, P, Epsilon, Swap, Smooth);

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["a", "p", "n"];

    /// <summary>The loss of triplets.</summary>
    /// <param name="anchor">[D], [N, D] or any other shape with vectors along the last dimension.</param>
    /// <param name="positive">The same shape: of the anchor's kind.</param>
    /// <param name="negative">The same shape: of another kind.</param>
    /// <returns>A scalar, or the shape without the last dimension with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">Nothing to compare.</exception>
    public Tensor Forward(Tensor anchor, Tensor positive, Tensor negative)
    {
        CheckSameShape(anchor, positive);
        CheckSameShape(anchor, negative);
        return P switch
        {
            2 => Evaluate(RowFormula.From(new EuclideanTriplet(AnyDegree, Epsilon, Swap)), [anchor, positive, negative]),
            double.PositiveInfinity => OfLargest(anchor, positive, negative),
            _ => Evaluate([anchor, positive, negative]),
        };
    }

    /// <inheritdoc/>
    public override string ToLatex() => double.IsInfinity(P) ? ByDistance.ToLatex() : base.ToLatex();

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => ByDistance.Curves();

    // The largest difference of a row is no sum: that norm is composed of tensor operations.
    Tensor OfLargest(Tensor anchor, Tensor positive, Tensor negative) => ByDistance.Forward(anchor, positive, negative);

    TripletMarginWithDistanceLoss ByDistance =>
        new(new PairwiseDistance(P, Epsilon).Forward, Margin, Swap, Smooth, Reduction) { OnEmpty = OnEmpty };

    /// <summary>max(0, d(a, p) − d(a, n) + margin), or its softplus.</summary>
    internal readonly struct Triplet(double margin, double p, double epsilon, bool swap, bool smooth) : IRowFormula
    {
        readonly PNorm _norm = new(p, epsilon);

        public static int Inputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> =>
            Statistics<T>.Of(_norm.PoweredDifference(a, b), _norm.PoweredDifference(a, c), swap ? _norm.PoweredDifference(b, c) : T.Const(0));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T far = _norm.Root(sums.Second);
            far = swap ? T.Min(far, _norm.Root(sums.Third)) : far;
            return new TripletMarginWithDistanceLoss.Violation(margin, smooth).Value(_norm.Root(sums.First), far);
        }
    }

    /// <summary><see cref="Triplet"/> for p = 2, without the powers that the loop would be compiled with.</summary>
    readonly struct EuclideanTriplet(Triplet triplet, double epsilon, bool swap) : IRowFormula
    {
        public static int Inputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(Square(a - b), Square(a - c), swap ? Square(b - c) : T.Const(0));

        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => triplet.Value(sums, t);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Square<T>(T difference)
            where T : struct, IReal<T>
        {
            difference = epsilon == 0 ? difference : difference + T.Const(epsilon);
            return difference * difference;
        }
    }
}
