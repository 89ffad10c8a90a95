using Criterion.Drivers;

namespace Criterion.Losses;

/// <summary>
/// The triplets that the labels of a batch define: ℓ = max(0, d(a, p) − d(a, n) + margin) of an anchor a, a row p of its label and a row n
/// of another one, for all triplets or for hard ones.
/// </summary>
/// <remarks>
/// Positives and negatives are chosen for each anchor by the distances of this step. Batch-hard triplets are <c>positives: Hardest,
/// negatives: Hardest</c>; FaceNet's are <c>negatives: SemiHard</c>; easy positives suit classes of several clusters. An anchor without a
/// positive or a negative forms no triplet. If all embeddings collapse to one point, the loss is exactly the margin, or softplus(margin) if
/// Smooth. All triplets of the hinge come from sorted distances, in O(N² log N); with Smooth each triplet is evaluated. At a hinge the
/// gradient jumps. The equivalent of pytorch-metric-learning is TripletMarginLoss with BatchHardMiner or BatchEasyHardMiner; its mean is
/// over the triplets above 0, which is <see cref="LabeledRowsLoss.ActiveOnly"/>.
/// </remarks>
[Catalogue(
    LossFamily.Embedding,
    Shapes = "embeddings [N, D], labels [N] → scalar",
    Source = "Schroff et al., FaceNet, 2015 (semi-hard); Hermans et al., In defense of the triplet loss, 2017 (batch-hard, smooth); "
        + "Xuan et al., Improved embeddings with easy positive triplet mining, 2020",
    Alternatives = "BatchContrastiveLoss compares pairs with fixed distances; TripletMarginLoss takes triplets that the caller chose.")]
public sealed record BatchTripletLoss : LabeledRowsLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="margin">The required difference of the distances; must be 0 or more. Default: 0.2.</param>
    /// <param name="positives">The positives of an anchor. Default: All.</param>
    /// <param name="negatives">The negatives of an anchor and a positive. Default: All.</param>
    /// <param name="smooth">Whether max(0, ·) is replaced by softplus, so that every triplet has a gradient. Default: false.</param>
    /// <param name="distance">The distance of two rows. Default: Cosine.</param>
    /// <param name="activeOnly">Whether the mean is over the triplets above 0, instead of all triplets. Default: false.</param>
    /// <param name="reduction">
    /// How the triplets are reduced; None is the sum of the triplets of each anchor, <c>[N]</c>. Default: Mean.
    /// </param>
    public BatchTripletLoss(
        double margin = 0.2,
        PositiveMining positives = PositiveMining.All,
        NegativeMining negatives = NegativeMining.All,
        bool smooth = false,
        EmbeddingDistance distance = EmbeddingDistance.Cosine,
        bool activeOnly = false,
        Reduction reduction = Reduction.Mean)
        : base(distance, activeOnly, reduction) =>
        (Margin, Positives, Negatives, Smooth) = (margin, positives, negatives, smooth);

    /// <summary>
    /// <inheritdoc cref="BatchTripletLoss(double, PositiveMining, NegativeMining, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='margin']/node()"/>
    /// </summary>
    public double Margin { get; init => field = Require.NonNegative(value, nameof(BatchTripletLoss)); }

    /// <summary>
    /// <inheritdoc cref="BatchTripletLoss(double, PositiveMining, NegativeMining, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='positives']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public PositiveMining Positives
    {
        get;
        init => field = Require.That(Enum.IsDefined(value), value, nameof(BatchTripletLoss), "All, Hardest or Easiest");
    }

    /// <summary>
    /// <inheritdoc cref="BatchTripletLoss(double, PositiveMining, NegativeMining, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='negatives']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public NegativeMining Negatives
    {
        get;
        init => field = Require.That(Enum.IsDefined(value), value, nameof(BatchTripletLoss), "All, Hardest or SemiHard");
    }

    /// <summary>
    /// <inheritdoc cref="BatchTripletLoss(double, PositiveMining, NegativeMining, bool, EmbeddingDistance, bool, Reduction)"
    /// path="/param[@name='smooth']/node()"/>
    /// </summary>
    public bool Smooth { get; init; }

    TripletRow Row => new(Positives, Negatives, Margin, Smooth);

    TripletMarginWithDistanceLoss.Violation Violation => new(Margin, Smooth);

    /// <inheritdoc/>
    public override string ToLatex() => TensorFormula.ToLatex(Violation, "d(a, p)", "d(a, n)");

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("negative at 1", "d(a, p)", 0, 2, d => TensorFormula.Map(Violation, d, Tensor.OnesLike(d)))];

    private protected override (double Value, double GradientScale) Sum(LabeledRows rows, Tensor?[] gradients, out PairRowTotals totals)
    {
        totals = rows.Run(Row, gradients);
        double scale = 1 / Divisor(totals.FirstTerms, totals.FirstActive);
        return (totals.First * scale, scale);
    }

    private protected override Tensor Compose(LabeledRows rows)
    {
        List<(int Positive, int Negative)>[] lists =
            [.. Enumerable.Range(0, rows.Queries.Shape[0]).Select(static _ => new List<(int, int)>())];
        rows.Run(new TripletListRow(Row, lists), []);
        (long Anchor, long Positive, long Negative)[] triplets =
        [
            .. lists.SelectMany(static (list, anchor) =>
                list.Select(triplet => ((long)anchor, (long)triplet.Positive, (long)triplet.Negative))),
        ];
        long[] anchors = [.. triplets.Select(static triplet => triplet.Anchor)];
        Tensor near = rows.Distances(anchors, [.. triplets.Select(static triplet => triplet.Positive)]);
        Tensor far = rows.Distances(anchors, [.. triplets.Select(static triplet => triplet.Negative)]);
        Tensor losses = TensorFormula.Map(Violation, near, far);
        return Reduction == Reduction.None
            ? PerAnchor(rows, losses, anchors)
            : losses.Sum() / Divisor(anchors.Length, losses.Detach().To(DType.Float64).ToArray<double>().Count(static loss => loss > 0));
    }
}
