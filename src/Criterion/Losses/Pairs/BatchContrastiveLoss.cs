using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The pairs of a batch by their labels: similar rows pay for a distance above one margin, dissimilar rows for a distance below another.
/// The loss is the mean over similar pairs plus the mean over dissimilar ones.
/// </summary>
/// <remarks>
/// ℓ = max(0, d − positiveMargin) for rows of one label and max(0, negativeMargin − d) for others, or half of the squares. Both kinds have
/// the same weight, however many there are. Without pairs of one kind its mean is 0. A pair beyond its margin has no gradient, and neither
/// have rows at a Euclidean distance of 0. The equivalent of pytorch-metric-learning is ContrastiveLoss, which is linear and whose means
/// are over the pairs above 0, <see cref="LabeledRowsLoss.ActiveOnly"/>; its margins of similarities are 1 − the distances here.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Hadsell, Chopra and LeCun, Dimensionality reduction by learning an invariant mapping, 2006; all pairs of a batch: "
        + "Musgrave et al., A metric learning reality check, 2020",
    Alternatives = "BatchTripletLoss compares distances with each other; ContrastiveLoss takes pairs that the caller chose.")]
public sealed record BatchContrastiveLoss : LabeledRowsLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="positiveMargin">The distance up to which similar pairs have zero loss; must be 0 or more. Default: 0.</param>
    /// <param name="negativeMargin">The distance from which dissimilar pairs have zero loss; must be 0 or more. Default: 1.</param>
    /// <param name="squared">Whether each term is half of the square. Default: false.</param>
    /// <param name="distance">The distance of two rows. Default: Cosine.</param>
    /// <param name="activeOnly">Whether both means are over the pairs above 0, instead of all pairs. Default: false.</param>
    /// <param name="reduction">
    /// How the pairs are reduced; None is the sum of the pairs of each anchor, <c>[N]</c>. Default: Mean.
    /// </param>
    public BatchContrastiveLoss(
        double positiveMargin = 0,
        double negativeMargin = 1,
        bool squared = false,
        EmbeddingDistance distance = EmbeddingDistance.Cosine,
        bool activeOnly = false,
        Reduction reduction = Reduction.Mean)
        : base(distance, activeOnly, reduction) =>
        (PositiveMargin, NegativeMargin, Squared) = (positiveMargin, negativeMargin, squared);

    /// <summary>
    /// <inheritdoc cref="BatchContrastiveLoss(double, double, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='positiveMargin']/node()"/>
    /// </summary>
    public double PositiveMargin { get; init => field = Require.NonNegative(value, nameof(BatchContrastiveLoss)); }

    /// <summary>
    /// <inheritdoc cref="BatchContrastiveLoss(double, double, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='negativeMargin']/node()"/>
    /// </summary>
    public double NegativeMargin { get; init => field = Require.NonNegative(value, nameof(BatchContrastiveLoss)); }

    /// <summary>
    /// <inheritdoc cref="BatchContrastiveLoss(double, double, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='squared']/node()"/>
    /// </summary>
    public bool Squared { get; init; }

    /// <inheritdoc/>
    public override string ToLatex() =>
        TensorFormula.ToLatex(Pull, "d(a, p)") + "\n" + TensorFormula.ToLatex(Push, "d(a, n)");

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("similar", "d", 0, 2, d => TensorFormula.Map(Pull, d)),
        new("dissimilar", "d", 0, 2, d => TensorFormula.Map(Push, d)),
    ];

    Excess Pull => new(-1, PositiveMargin, Squared);

    Excess Push => new(1, NegativeMargin, Squared);

    private protected override (double Value, double GradientScale) Sum(LabeledRows rows, Tensor?[] gradients, out PairRowTotals totals)
    {
        // The gradients of both kinds have different factors: the labels count all pairs, and a pass without gradients those above 0.
        PairRowTotals active = ActiveOnly && Reduction == Reduction.Mean ? rows.Run(Row(1, 1), []) : default;
        (long similar, long dissimilar) = rows.CountPairs();
        double positives = 1 / Divisor(similar, active.FirstActive);
        double negatives = 1 / Divisor(dissimilar, active.SecondActive);
        totals = rows.Run(Row(positives, negatives), gradients);
        return ((totals.First * positives) + (totals.Second * negatives), 1);
    }

    private protected override Tensor Compose(LabeledRows rows)
    {
        Tensor similar = Terms(rows, areSimilar: true, Pull, out long[] anchors);
        Tensor dissimilar = Terms(rows, areSimilar: false, Push, out long[] others);
        return Reduction == Reduction.None
            ? PerAnchor(rows, similar, anchors) + PerAnchor(rows, dissimilar, others)
            : Mean(similar) + Mean(dissimilar);
    }

    ContrastiveRow Row(double positiveScale, double negativeScale) =>
        new(PositiveMargin, NegativeMargin, Squared, positiveScale, negativeScale);

    Tensor Mean(Tensor terms) =>
        terms.Sum() / Divisor(terms.Count, terms.Detach().To(DType.Float64).ToArray<double>().Count(static term => term > 0));

    static Tensor Terms(LabeledRows rows, bool areSimilar, Excess formula, out long[] anchors)
    {
        (long[] x, long[] y) = (rows.QueryLabels.ToArray<long>(), rows.KeyLabels.ToArray<long>());
        (long Query, long Key)[] pairs =
        [
            .. from i in Enumerable.Range(0, x.Length)
               from j in Enumerable.Range(0, y.Length)
               where x[i] == y[j] == areSimilar && !(rows.ExcludesDiagonal && i == j)
               select ((long)i, (long)j),
        ];
        anchors = [.. pairs.Select(static pair => pair.Query)];
        return TensorFormula.Map(formula, rows.Distances(anchors, [.. pairs.Select(static pair => pair.Key)]));
    }

    /// <summary>max(0, sign · (margin − d)), or half of its square.</summary>
    internal readonly struct Excess(double sign, double margin, Flag squared) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T>
        {
            T excess = T.PositivePart(sign > 0 ? margin - x : x - margin);
            return squared ? 0.5 * (excess * excess) : excess;
        }
    }
}
