using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pulls an anchor closer to its positive than to its negative by a margin: ℓ = max(0, d(a, p) − d(a, n) + margin), with d(x, y) = (Σⱼ |xⱼ
/// − yⱼ + ε|ᵖ)^(1/p).
/// </summary>
/// <remarks>
/// The gradient is 0 for triplets that satisfy the margin: choose hard ones, or set <see cref="Smooth"/>. At a distance of exactly 0
/// the gradient is 0; ε, added to each difference, avoids this for equal rows, so that d(x, x) is not 0. If all embeddings collapse to one
/// point, the loss equals the margin: with a margin of 0 the collapsed embedding has zero loss, unless Smooth. Rows are compared as they
/// are: normalize them first if only directions matter.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "anchor, positive, negative [..., D] → scalar",
    Source = "Schroff et al., FaceNet, 2015; swap: Balntas et al., Learning local feature descriptors with triplets, 2016; "
        + "smooth: Hermans et al., In defense of the triplet loss, 2017",
    PyTorch = "torch.nn.TripletMarginLoss",
    Alternatives = "ContrastiveLoss and CosineEmbeddingLoss need pairs only; TripletMarginWithDistanceLoss takes any distance.")]
public sealed record TripletMarginLoss : RowLoss, IEmbeddingLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">The required difference of the distances; must be 0 or more. Default: 1.</param>
    /// <param name="p">The degree of the norm; must be at least 1, and may be infinite. Default: 2.</param>
    /// <param name="epsilon">ε, added to each difference; must be 0 or more. Default: 1e-6.</param>
    /// <param name="swap">Whether d(a, n) is replaced by min(d(a, n), d(p, n)), the harder side of the triangle. Default: false.</param>
    /// <param name="smooth">Whether max(0, ·) is replaced by softplus, so that every triplet has a gradient. Default: false.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public TripletMarginLoss(
        double margin = 1,
        double p = 2,
        double epsilon = 1e-6,
        bool swap = false,
        bool smooth = false,
        Reduction reduction = Reduction.Mean)
        : base(reduction) => (Margin, P, Epsilon, Swap, Smooth) = (margin, p, epsilon, swap, smooth);

    /// <summary>
    /// <inheritdoc cref="TripletMarginLoss(double, double, double, bool, bool, Reduction)" path="/param[@name='swap']/node()"/>
    /// </summary>
    public bool Swap { get; init; }

    /// <summary>
    /// <inheritdoc cref="TripletMarginLoss(double, double, double, bool, bool, Reduction)" path="/param[@name='smooth']/node()"/>
    /// </summary>
    public bool Smooth { get; init; }

    /// <summary>
    /// <inheritdoc cref="TripletMarginLoss(double, double, double, bool, bool, Reduction)" path="/param[@name='margin']/node()"/>
    /// </summary>
    public double Margin { get; init => field = Require.NonNegative(value, nameof(TripletMarginLoss)); }

    /// <summary>
    /// <inheritdoc cref="TripletMarginLoss(double, double, double, bool, bool, Reduction)" path="/param[@name='p']/node()"/>
    /// </summary>
    public double P { get; init => field = Require.NormDegree(value, nameof(TripletMarginLoss)); }

    /// <summary>
    /// <inheritdoc cref="TripletMarginLoss(double, double, double, bool, bool, Reduction)" path="/param[@name='epsilon']/node()"/>
    /// </summary>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(TripletMarginLoss)); }

    /// <inheritdoc/>
    protected internal override RowFormula Formula => RowFormula.From(TripletFormula);

    Triplet TripletFormula => new(Margin, P, Epsilon, Swap, Smooth);

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InputNames => ["a", "p", "n"];

    /// <summary>Computes the loss of triplets.</summary>
    /// <param name="anchor">The anchors, [D], [N, D] or any other shape with vectors along the last dimension.</param>
    /// <param name="positive">Embeddings similar to the anchors, of the same shape.</param>
    /// <param name="negative">Embeddings dissimilar to the anchors, of the same shape.</param>
    /// <returns>A scalar, or the shape without the last dimension with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor anchor, Tensor positive, Tensor negative)
    {
        CheckSameShape(anchor, positive);
        CheckSameShape(anchor, negative);
        return P switch
        {
            2 => Evaluate(EvaluatedFormula, [anchor, positive, negative]),
            double.PositiveInfinity => MaximumNorm(anchor, positive, negative),
            _ => Evaluate([anchor, positive, negative]),
        };
    }

    /// <inheritdoc/>
    public override string ToLatex() => double.IsInfinity(P) ? ByDistance.ToLatex() : base.ToLatex();

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => ByDistance.Curves();

    private protected override RowFormula EvaluatedFormula =>
        P == 2 ? RowFormula.From(new EuclideanTriplet(TripletFormula, Epsilon, Swap)) : Formula;

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs) =>
        inputs.AreOfOneShape && inputs.X.Rank > 0 && !double.IsInfinity(P) ? FuseRows(inputs, inputs.X.Shape[-1]) : null;

    // The maximum norm is not a sum over the row, so it is composed of tensor operations.
    Tensor MaximumNorm(Tensor anchor, Tensor positive, Tensor negative) => ByDistance.Forward(anchor, positive, negative);

    TripletMarginWithDistanceLoss ByDistance =>
        new(new PairwiseDistance(P, Epsilon).Forward, Margin, Swap, Smooth, Reduction) { OnEmpty = OnEmpty };

    /// <summary>max(0, d(a, p) − d(a, n) + margin), or its softplus.</summary>
    internal readonly struct Triplet(double margin, double p, double epsilon, Flag swap, Flag smooth) : IRowFormula
    {
        readonly PNorm _norm = new(p, epsilon);

        public static int Arity => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> =>
            Statistics<T>.Of(
                _norm.PoweredDifference(a, b), _norm.PoweredDifference(a, c), swap ? _norm.PoweredDifference(b, c) : T.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T>
        {
            T far = _norm.Root(sums.Second);
            far = swap ? T.Min(far, _norm.Root(sums.Third)) : far;
            return new TripletMarginWithDistanceLoss.Violation(margin, smooth).Value(_norm.Root(sums.First), far);
        }
    }

    /// <summary><see cref="Triplet"/> for p = 2, without the code for other powers in the loop.</summary>
    readonly struct EuclideanTriplet(Triplet triplet, double epsilon, Flag swap) : IRowFormula
    {
        public static int Arity => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(Square(a - b), Square(a - c), swap ? Square(b - c) : T.Zero);

        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => triplet.Value(sums, t);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Square<T>(T difference)
            where T : struct, IReal<T>
        {
            difference = epsilon == 0 ? difference : difference + epsilon;
            return difference * difference;
        }
    }
}
