using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Weights the pairs of each anchor by their similarities to it and to each other, with mining: ℓ = ln(1 + Σ e^(−α (s⁺ − λ))) / α
/// + ln(1 + Σ e^(β (s⁻ − λ))) / β over its positives and its negatives, where s = 1 − d(x, y), the cosine by default.
/// </summary>
/// <remarks>
/// Mining keeps a negative more similar than the least similar positive less ε, and a positive less similar than the most similar negative
/// plus ε; which pairs it keeps has no gradient. It keeps no pair of an anchor without positives or without negatives: the loss of such an
/// anchor is then 0, and it counts in the mean. Without mining such an anchor has the loss of the pairs it has. The equivalent of
/// pytorch-metric-learning is MultiSimilarityLoss with MultiSimilarityMiner; λ is its base. The matrix of similarities is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Wang et al., Multi-similarity loss with general pair weighting for deep metric learning, 2019, equations 11, 12 and 15",
    Alternatives = "CircleLoss also weights each pair by its distance from an optimum; BatchTripletLoss compares single distances.")]
public sealed record MultiSimilarityLoss : AnchorLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="alpha">α, the scale of positive pairs; must be positive. Default: 2.</param>
    /// <param name="beta">β, the scale of negative pairs; must be positive. Default: 50.</param>
    /// <param name="threshold">λ, the similarity from which pairs are penalized; must be finite. Default: 0.5.</param>
    /// <param name="mining">Whether pairs that are easy next to the others of their anchor are left out. Default: true.</param>
    /// <param name="epsilon">ε, the margin of mining; must be 0 or more. Default: 0.1.</param>
    /// <param name="distance">The distance of two rows. Default: Cosine.</param>
    /// <param name="activeOnly">
    /// Whether the mean is over the anchors with a loss above 0, instead of all anchors that count. Default: false.
    /// </param>
    /// <param name="reduction">
    /// How the anchors are reduced; None is the loss of each, <c>[N]</c>, and 0 for an anchor that does not count. Default: Mean.
    /// </param>
    public MultiSimilarityLoss(
        double alpha = 2,
        double beta = 50,
        double threshold = 0.5,
        bool mining = true,
        double epsilon = 0.1,
        EmbeddingDistance distance = EmbeddingDistance.Cosine,
        bool activeOnly = false,
        Reduction reduction = Reduction.Mean)
        : base(distance, activeOnly, reduction) =>
        (Alpha, Beta, Threshold, Mining, Epsilon) = (alpha, beta, threshold, mining, epsilon);

    /// <summary>
    /// <inheritdoc cref="MultiSimilarityLoss(double, double, double, bool, double, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='alpha']/node()"/>
    /// </summary>
    public double Alpha { get; init => field = Require.Positive(value, nameof(MultiSimilarityLoss)); }

    /// <summary>
    /// <inheritdoc cref="MultiSimilarityLoss(double, double, double, bool, double, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='beta']/node()"/>
    /// </summary>
    public double Beta { get; init => field = Require.Positive(value, nameof(MultiSimilarityLoss)); }

    /// <summary>
    /// <inheritdoc cref="MultiSimilarityLoss(double, double, double, bool, double, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='threshold']/node()"/>
    /// </summary>
    public double Threshold { get; init => field = Require.Finite(value, nameof(MultiSimilarityLoss)); }

    /// <summary>
    /// <inheritdoc cref="MultiSimilarityLoss(double, double, double, bool, double, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='mining']/node()"/>
    /// </summary>
    public bool Mining { get; init; }

    /// <summary>
    /// <inheritdoc cref="MultiSimilarityLoss(double, double, double, bool, double, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='epsilon']/node()"/>
    /// </summary>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(MultiSimilarityLoss)); }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"\frac{{1}}{{{Latex.Const(Alpha)}}} \ln\left(1 + \sum_p e^{{{Formula.Own(new Latex("d_{ap}"))}}}\right)"
        + $@" + \frac{{1}}{{{Latex.Const(Beta)}}} \ln\left(1 + \sum_n e^{{{Formula.Other(new Latex("d_{an}"))}}}\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("one positive", "d", 0, 2, d => (TensorReal.Softplus(Formula.Own(new TensorReal(d))) / TensorReal.Const(Alpha)).ToTensor(d)),
        new("one negative", "d", 0, 2, d => (TensorReal.Softplus(Formula.Other(new TensorReal(d))) / TensorReal.Const(Beta)).ToTensor(d)),
    ];

    MultiSimilarity Formula => new(Alpha, Beta, Threshold);

    AnchorSelection Selection => new(needsPositives: false, needsNegatives: false, Mining ? Epsilon : null);

    private protected override (double Value, double GradientScale) Sum(LabeledRows rows, Tensor?[] gradients, out PairRowTotals totals) =>
        Sum(Formula, Selection, rows, gradients, out totals);

    private protected override Tensor Compose(LabeledRows rows) => Compose(Formula, Selection, rows);

    /// <summary>The exponents −α (s − λ) and β (s − λ) of s = 1 − d, and the weighted sum of ln(1 + their sums of exponentials).</summary>
    readonly struct MultiSimilarity(double alpha, double beta, double threshold) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => alpha * (s - (1 - threshold));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => beta * ((1 - threshold) - s);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => (T.Softplus(own) / alpha) + (T.Softplus(others) / beta);
    }
}
