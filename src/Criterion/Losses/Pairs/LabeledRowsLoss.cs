using Criterion.Drivers;

namespace Criterion.Losses;

/// <summary>
/// A loss of pairs or triplets that the labels of a batch define: rows of one label are similar, others are not. Memory does not grow with
/// the number of pairs.
/// </summary>
/// <remarks>
/// Value and gradient come from one pass over blocks of anchors. A second derivative, and <see cref="Reduction.None"/>, list all terms and
/// are computed in tensor operations.
/// </remarks>
public abstract record LabeledRowsLoss : Loss, IKeyedLabelLoss
{
    /// <summary>Initializes a loss.</summary>
    /// <param name="distance">The distance of two rows.</param>
    /// <param name="activeOnly">Whether the mean is over the terms above 0, instead of all terms.</param>
    /// <param name="reduction">
    /// How the terms are reduced; None is the sum of the terms of each anchor, <c>[N]</c>.
    /// </param>
    protected LabeledRowsLoss(EmbeddingDistance distance, bool activeOnly, Reduction reduction)
        : base(reduction) => (Distance, ActiveOnly) = (distance, activeOnly);

    /// <summary>
    /// <inheritdoc cref="LabeledRowsLoss(EmbeddingDistance, bool, Reduction)" path="/param[@name='distance']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public EmbeddingDistance Distance
    {
        get;
        init => field = Require.That(Enum.IsDefined(value), value, Name, "Cosine, Euclidean or UnitEuclidean");
    }

    /// <summary>
    /// <inheritdoc cref="LabeledRowsLoss(EmbeddingDistance, bool, Reduction)" path="/param[@name='activeOnly']/node()"/>
    /// </summary>
    public bool ActiveOnly { get; init; }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>. Each is an anchor, and no pair contains one row twice.</param>
    /// <param name="labels">Their labels, Int64 <c>[N]</c>.</param>
    /// <returns>A scalar, or <c>[N]</c> with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">A shape is not as described.</exception>
    /// <exception cref="DTypeException">The embeddings are not floats, or the labels are not Int64.</exception>
    /// <exception cref="LossException">The labels define no term, unless <see cref="Loss.OnEmpty"/> is Zero.</exception>
    public Tensor Forward(Tensor embeddings, Tensor labels) => Forward(embeddings, labels, out _);

    /// <summary>Computes the loss of a batch and counts its terms.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor)"/>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>. Each is an anchor, and no pair contains one row twice.</param>
    /// <param name="labels">Their labels, Int64 <c>[N]</c>.</param>
    /// <param name="counts">Receives the number of terms, and of those above 0.</param>
    public Tensor Forward(Tensor embeddings, Tensor labels, out TermCounts counts) =>
        Evaluate(LabeledRows.Of(Name, Distance, (embeddings, labels), keys: null), out counts);

    /// <summary>Computes the loss of anchors with other items, such as a memory of earlier batches.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor)"/>
    /// <param name="queries">The anchors, <c>[N, D]</c>.</param>
    /// <param name="queryLabels">Their labels, Int64 <c>[N]</c>.</param>
    /// <param name="keys">The items, <c>[M, D]</c>.</param>
    /// <param name="keyLabels">Their labels, Int64 <c>[M]</c>.</param>
    /// <param name="keysBeginWithQueries">
    /// Whether the first N items are the anchors, as in a memory joined with the batch: no anchor then forms a pair with itself.
    /// Default: false.
    /// </param>
    public Tensor Forward(
        Tensor queries, Tensor queryLabels, Tensor keys, Tensor keyLabels, bool keysBeginWithQueries = false) =>
        Forward(queries, queryLabels, keys, keyLabels, out _, keysBeginWithQueries);

    /// <summary>Computes the loss of anchors with other items, and counts its terms.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor, Tensor, Tensor, bool)"/>
    /// <param name="queries">The anchors, <c>[N, D]</c>.</param>
    /// <param name="queryLabels">Their labels, Int64 <c>[N]</c>.</param>
    /// <param name="keys">The items, <c>[M, D]</c>.</param>
    /// <param name="keyLabels">Their labels, Int64 <c>[M]</c>.</param>
    /// <param name="counts">Receives the number of terms, and of those above 0.</param>
    /// <param name="keysBeginWithQueries">
    /// Whether the first N items are the anchors, as in a memory joined with the batch: no anchor then forms a pair with itself.
    /// Default: false.
    /// </param>
    public Tensor Forward(
        Tensor queries, Tensor queryLabels, Tensor keys, Tensor keyLabels, out TermCounts counts, bool keysBeginWithQueries = false) =>
        Evaluate(LabeledRows.Of(Name, Distance, (queries, queryLabels), (keys, keyLabels), keysBeginWithQueries), out counts);

    /// <summary>
    /// Computes the sums of the terms and, where there is memory for them, the gradients, which are multiplied by the returned factor.
    /// </summary>
    private protected abstract (double Value, double GradientScale) Sum(
        LabeledRows rows, Tensor?[] gradients, out PairRowTotals totals);

    /// <summary>Computes the loss in tensor operations.</summary>
    private protected abstract Tensor Compose(LabeledRows rows);

    /// <summary>Returns the number of terms that a mean divides by; 1 where there are none.</summary>
    private protected double Divisor(long terms, long active) => Reduction == Reduction.Mean ? Math.Max(1, ActiveOnly ? active : terms) : 1;

    /// <summary>Sums the terms of each anchor.</summary>
    private protected static Tensor PerAnchor(LabeledRows rows, Tensor terms, long[] anchors) =>
        Tensor.Zeros([rows.Queries.Shape[0]], terms.DType).ScatterAdd(0, Tensor.From(anchors), terms);

    Tensor Evaluate(LabeledRows rows, out TermCounts counts)
    {
        bool isFused = Reduction != Reduction.None;
        Tensor?[] gradients = isFused ? [.. rows.Inputs.Select(Autograd.FusedGradient)] : [];
        (double value, double scale) = Sum(rows, gradients, out PairRowTotals totals);
        counts = new(totals.FirstTerms + totals.SecondTerms, totals.FirstActive + totals.SecondActive);
        if (counts.Terms == 0 && isFused)
        {
            return WithoutTerms(rows);
        }

        return isFused ? Record(rows, gradients, value, scale) : Compose(rows);
    }

    Tensor WithoutTerms(LabeledRows rows) => OnEmpty == OnEmpty.Zero
        ? rows.Inputs.Select(static input => (input * 0).Sum()).Aggregate(static (a, b) => a + b)
        : throw new LossException(
            $"{Name}: the labels of {rows.Queries.Shape} and {rows.Keys.Shape} define no term. Draw batches in which labels repeat "
            + "and differ, or set OnEmpty = OnEmpty.Zero.");

    Tensor Record(LabeledRows rows, Tensor?[] gradients, double value, double scale)
    {
        LabeledRows.Scale(gradients, scale);
        return Autograd.Record(
            Name,
            Tensor.From([value], []).To(rows.Queries.DType),
            [.. rows.Inputs, .. gradients],
            (Loss: this, Rows: rows, Gradients: gradients),
            rows.Inputs,
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose(of.Rows.Inputs, () => of.Loss.Compose(of.Rows).To(g.DType), g)
                : [.. of.Gradients.Select(gradient => gradient is null ? null : gradient * g)]);
    }
}
