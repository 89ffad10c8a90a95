using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pulls each similarity to its own optimum, faster the farther it is from it: ℓ = ln(1 + Σ e^(γ αₙ (s⁻ − m)) · Σ e^(−γ αₚ (s⁺ − 1 + m)))
/// over the negatives and the positives of an anchor, with αₙ = max(0, s⁻ + m), αₚ = max(0, 1 + m − s⁺) and s = 1 − d(x, y), the cosine by
/// default.
/// </summary>
/// <remarks>
/// The weights α are constants for the gradient, as in the paper; with <c>constantWeights: false</c> the gradient passes through them. An
/// anchor without a positive or without a negative does not count. The equivalents of pytorch-metric-learning and Keras are CircleLoss and
/// Circle, which differentiates the weights and takes the rows as they are. The matrix of similarities is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Sun et al., Circle loss: a unified perspective of pair similarity optimization, 2020, equation 6",
    Alternatives = "MultiSimilarityLoss penalizes positives and negatives separately; NcaLoss has neither weights nor margins.")]
public sealed record CircleLoss : AnchorLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">m, the relaxation: the optima are m and 1 − m; must be in [0, 1]. Default: 0.4.</param>
    /// <param name="scale">γ, the factor of the similarities; must be positive. Default: 80.</param>
    /// <param name="constantWeights">Whether the weights of the pairs are constants for the gradient. Default: true.</param>
    /// <param name="distance">The distance of two rows. Default: Cosine.</param>
    /// <param name="activeOnly">
    /// Whether the mean is over the anchors with a loss above 0, instead of all anchors that count. Default: false.
    /// </param>
    /// <param name="reduction">
    /// How the anchors are reduced; None is the loss of each, <c>[N]</c>, and 0 for an anchor that does not count. Default: Mean.
    /// </param>
    public CircleLoss(
        double margin = 0.4,
        double scale = 80,
        bool constantWeights = true,
        EmbeddingDistance distance = EmbeddingDistance.Cosine,
        bool activeOnly = false,
        Reduction reduction = Reduction.Mean)
        : base(distance, activeOnly, reduction) => (Margin, Scale, ConstantWeights) = (margin, scale, constantWeights);

    /// <summary>
    /// <inheritdoc cref="CircleLoss(double, double, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='margin']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1].</exception>
    public double Margin { get; init => field = Require.That(value is >= 0 and <= 1, value, nameof(CircleLoss), "in [0, 1]"); }

    /// <summary>
    /// <inheritdoc cref="CircleLoss(double, double, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='scale']/node()"/>
    /// </summary>
    public double Scale { get; init => field = Require.Positive(value, nameof(CircleLoss)); }

    /// <summary>
    /// <inheritdoc cref="CircleLoss(double, double, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='constantWeights']/node()"/>
    /// </summary>
    public bool ConstantWeights { get; init; }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"\ln\left(1 + \sum_n e^{{{Formula.Other(new Latex("d_{an}"))}}} \sum_p e^{{{Formula.Own(new Latex("d_{ap}"))}}}\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("a positive, its negative at m", "d", 0, 2, d => TensorReal.Softplus(Formula.Own(new TensorReal(d))).ToTensor(d)),
        new("a negative, its positive at 1 − m", "d", 0, 2, d => TensorReal.Softplus(Formula.Other(new TensorReal(d))).ToTensor(d)),
    ];

    Circle Formula => new(Margin, Scale, ConstantWeights);

    static AnchorSelection Selection => new(needsPositives: true, needsNegatives: true);

    private protected override (double Value, double GradientScale) Sum(LabeledRows rows, Tensor?[] gradients, out PairRowTotals totals) =>
        Sum(Formula, Selection, rows, gradients, out totals);

    private protected override Tensor Compose(LabeledRows rows) => Compose(Formula, Selection, rows);

    /// <summary>The exponents γ αₚ (d − m) and γ αₙ (1 − m − d), with αₚ = max(0, m + d) and αₙ = max(0, 1 + m − d).</summary>
    readonly struct Circle(double margin, double scale, Flag isConstant) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => scale * (Weight(s + margin) * (s - margin));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => scale * (Weight((1 + margin) - s) * ((1 - margin) - s));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => T.Softplus(own + others);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Weight<T>(T x)
            where T : struct, IReal<T> => isConstant ? T.Detach(T.PositivePart(x)) : T.PositivePart(x);
    }
}
