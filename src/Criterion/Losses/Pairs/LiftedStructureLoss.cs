using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Compares all positives of an anchor with all its negatives, by smooth extremes: ℓ = max(0, ln Σ e^(d⁺ − positiveMargin) + ln Σ
/// e^(negativeMargin − d⁻)).
/// </summary>
/// <remarks>
/// This is the generalized form, in which the positives of an anchor are summed like its negatives. The first paper takes the pairs of
/// positives one by one, and halves the squares. At the hinge the gradient jumps. An anchor without a positive or without a negative does
/// not count. The equivalent of pytorch-metric-learning is GeneralizedLiftedStructureLoss, in which the missing logarithm is 0. The matrix
/// of distances is never in memory.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Hermans et al., In defense of the triplet loss for person re-identification, 2017, equation 8; "
        + "Oh Song et al., Deep metric learning via lifted structured feature embedding, 2016",
    Alternatives = "BatchTripletLoss takes the hardest positive and negative themselves.")]
public sealed record LiftedStructureLoss : AnchorLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="negativeMargin">What the distances of negatives are subtracted from; must be 0 or more. Default: 1.</param>
    /// <param name="positiveMargin">What is subtracted from the distances of positives; must be 0 or more. Default: 0.</param>
    /// <param name="distance">The distance of two rows. Default: Euclidean.</param>
    /// <param name="activeOnly">
    /// Whether the mean is over the anchors with a loss above 0, instead of all anchors that count. Default: false.
    /// </param>
    /// <param name="reduction">
    /// How the anchors are reduced; None is the loss of each, <c>[N]</c>, and 0 for an anchor that does not count. Default: Mean.
    /// </param>
    public LiftedStructureLoss(
        double negativeMargin = 1,
        double positiveMargin = 0,
        EmbeddingDistance distance = EmbeddingDistance.Euclidean,
        bool activeOnly = false,
        Reduction reduction = Reduction.Mean)
        : base(distance, activeOnly, reduction) => (NegativeMargin, PositiveMargin) = (negativeMargin, positiveMargin);

    /// <summary>
    /// <inheritdoc cref="LiftedStructureLoss(double, double, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='negativeMargin']/node()"/>
    /// </summary>
    public double NegativeMargin { get; init => field = Require.NonNegative(value, nameof(LiftedStructureLoss)); }

    /// <summary>
    /// <inheritdoc cref="LiftedStructureLoss(double, double, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='positiveMargin']/node()"/>
    /// </summary>
    public double PositiveMargin { get; init => field = Require.NonNegative(value, nameof(LiftedStructureLoss)); }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"\max\left(0, \ln\left(\sum_p e^{{{Formula.Own(new Latex("d_{ap}"))}}}\right)"
        + $@" + \ln\left(\sum_n e^{{{Formula.Other(new Latex("d_{an}"))}}}\right)\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("one positive, one negative at 1", "d", 0, 2, d => Formula.Loss(
            Formula.Own(new TensorReal(d)), Formula.Other(new TensorReal(Tensor.OnesLike(d)))).ToTensor(d)),
    ];

    Lifted Formula => new(PositiveMargin, NegativeMargin);

    static AnchorSelection Selection => new(needsPositives: true, needsNegatives: true);

    private protected override (double Value, double GradientScale) Sum(LabeledRows rows, Tensor?[] gradients, out PairRowTotals totals) =>
        Sum(Formula, Selection, rows, gradients, out totals);

    private protected override Tensor Compose(LabeledRows rows) => Compose(Formula, Selection, rows);

    /// <summary>The exponents of distances beyond their margins, and the positive part of the sum of the logarithms.</summary>
    readonly struct Lifted(double positiveMargin, double negativeMargin) : IClassFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Own<T>(T s)
            where T : struct, IReal<T> => s - positiveMargin;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Other<T>(T s)
            where T : struct, IReal<T> => negativeMargin - s;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => T.PositivePart(own + others);
    }
}
