using Criterion.Drivers;

namespace Criterion.Metrics;

/// <summary>
/// Measures how well embeddings retrieve items of the same label: Recall@k, Precision@k, mean average precision, MAP@R, R-precision, the
/// mean reciprocal rank and the CMC curve, for each query and on average, from the ranking of the whole gallery.
/// </summary>
/// <remarks>
/// Items of equal similarity have no order: each measure is its expected value over all orders of tied items, so that results do not
/// depend on the order of the gallery. In an evaluation of one set, a query is excluded from its own ranking by its index, and an exact
/// duplicate of it is not. Similarities are computed in Float64, a block of queries at a time: memory does not grow with the number of
/// pairs. Sources: Musgrave, Belongie and Lim, A metric learning reality check, 2020 (MAP@R); McSherry and Najork, Computing information
/// retrieval performance measures efficiently in the presence of tied scores, 2008.
/// </remarks>
/// <example><code>
/// RetrievalResult result = new RetrievalEvaluator().Evaluate(embeddings, labels);
/// double recall = result.RecallAt(1).Value;
/// BootstrapInterval interval = result.MeanAveragePrecisionAtR.Interval();
/// </code></example>
public sealed record RetrievalEvaluator
{
    /// <summary>Initializes the evaluator.</summary>
    /// <param name="similarity">How two embeddings are compared. Default: Cosine.</param>
    /// <param name="depth">
    /// The largest k of Recall@k and Precision@k, at least 1 and at most the number of items that a query is compared with. Default: 10.
    /// </param>
    /// <param name="unmatched">How a query without a relevant item is treated. Default: Throw.</param>
    public RetrievalEvaluator(
        RetrievalSimilarity similarity = RetrievalSimilarity.Cosine, int depth = 10, UnmatchedQueries unmatched = UnmatchedQueries.Throw) =>
        (Similarity, Depth, Unmatched) = (similarity, depth, unmatched);

    /// <summary>
    /// <inheritdoc cref="RetrievalEvaluator(RetrievalSimilarity, int, UnmatchedQueries)" path="/param[@name='similarity']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public RetrievalSimilarity Similarity
    {
        get;
        init => field = Require.That(Enum.IsDefined(value), value, nameof(RetrievalEvaluator), "Cosine, DotProduct or Euclidean");
    }

    /// <summary>
    /// <inheritdoc cref="RetrievalEvaluator(RetrievalSimilarity, int, UnmatchedQueries)" path="/param[@name='depth']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int Depth { get; init => field = Require.AtLeast(1, value, nameof(RetrievalEvaluator)); }

    /// <summary>
    /// <inheritdoc cref="RetrievalEvaluator(RetrievalSimilarity, int, UnmatchedQueries)" path="/param[@name='unmatched']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public UnmatchedQueries Unmatched
    {
        get;
        init => field = Require.That(Enum.IsDefined(value), value, nameof(RetrievalEvaluator), "Throw, Exclude or Zero");
    }

    /// <summary>Evaluates one set: each row is a query, and all other rows are its gallery.</summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>.</param>
    /// <param name="labels">
    /// Their labels, Int64 <c>[N]</c>, or <c>[N, L]</c> for several: rows are relevant to each other if they share one. The value −1 is no
    /// label: it pads rows with fewer than L, and an item of −1 alone is relevant to no query.
    /// </param>
    /// <exception cref="ShapeException">A shape is not as described.</exception>
    /// <exception cref="DTypeException">The embeddings are not floats, or the labels are not Int64.</exception>
    /// <exception cref="MetricException">
    /// A set is empty, <see cref="Depth"/> exceeds the gallery, an embedding is NaN or infinite, or a query has no relevant item.
    /// </exception>
    public RetrievalResult Evaluate(Tensor embeddings, Tensor labels)
    {
        using TensorScope scope = new();
        Tensor rows = FeatureRows.Of(nameof(RetrievalEvaluator), embeddings, nameof(embeddings));
        ItemLabels known = Labels(labels, rows.Shape[0], nameof(labels));
        return Rank(rows, known, rows, known);
    }

    /// <summary>Evaluates queries against a gallery of other items.</summary>
    /// <param name="queries">The embeddings of the queries, <c>[N, D]</c>.</param>
    /// <param name="queryLabels">Their labels, Int64 <c>[N]</c> or <c>[N, L]</c>; −1 is no label.</param>
    /// <param name="gallery">The embeddings of the gallery, <c>[M, D]</c>.</param>
    /// <param name="galleryLabels">Their labels, Int64 <c>[M]</c> or <c>[M, L]</c>, where L may differ; −1 is no label.</param>
    /// <inheritdoc cref="Evaluate(Tensor, Tensor)" path="/exception"/>
    public RetrievalResult Evaluate(Tensor queries, Tensor queryLabels, Tensor gallery, Tensor galleryLabels)
    {
        using TensorScope scope = new();
        Tensor x = FeatureRows.Of(nameof(RetrievalEvaluator), queries, nameof(queries));
        Tensor y = FeatureRows.Of(nameof(RetrievalEvaluator), gallery, nameof(gallery));
        if (x.Shape[1] != y.Shape[1])
        {
            throw new ShapeException(
                $"RetrievalEvaluator: queries have {x.Shape[1]} dimensions and the gallery has {y.Shape[1]}. Use one model for both.");
        }

        return Rank(
            x, Labels(queryLabels, x.Shape[0], nameof(queryLabels)), y, Labels(galleryLabels, y.Shape[0], nameof(galleryLabels)));
    }

    static ItemLabels Labels(Tensor labels, int count, string name)
    {
        ArgumentNullException.ThrowIfNull(labels, name);
        if (labels.DType != DType.Int64)
        {
            throw new DTypeException(
                $"RetrievalEvaluator: {name} must be Int64, but is {labels.DType}. Convert it with .To(DType.Int64).");
        }

        return labels.Rank is 1 or 2 && labels.Shape[0] == count && (labels.Rank == 1 || labels.Shape[1] > 0)
            ? new ItemLabels(labels.ToArray<long>(), labels.Rank == 1 ? 1 : labels.Shape[1])
            : throw new ShapeException(
                $"RetrievalEvaluator: {name} must be [{count}] or [{count}, L], one row of labels per embedding, but is {labels.Shape}. "
                + "Pass the labels in the order of the embeddings.");
    }

    RetrievalResult Rank(Tensor queries, ItemLabels queryLabels, Tensor gallery, ItemLabels galleryLabels)
    {
        bool isOneSet = ReferenceEquals(queries, gallery);
        int compared = gallery.Shape[0] - (isOneSet ? 1 : 0);
        if (queries.Shape[0] == 0 || Depth > compared)
        {
            throw new MetricException(
                $"RetrievalEvaluator: {queries.Shape[0]} queries with {Math.Max(0, compared)} items to compare cannot be measured up to a "
                + $"depth of {Depth}. Pass more items, or set Depth to at most their number.");
        }

        RankingScores scores = new(queries.Shape[0], Depth);
        using RankedRows x = Prepare(queries, gallery);
        using RankedRows? other = isOneSet ? null : Prepare(gallery, queries);
        new RankingDriver(x, queryLabels, other ?? x, galleryLabels, scores).Run();
        return Finish(scores);
    }

    RankedRows Prepare(Tensor rows, Tensor others)
    {
        ReadOnlySpan<double> values = rows.AsReadOnlySpan<double>();
        int dimensions = rows.Shape[1];
        if (Similarity == RetrievalSimilarity.Cosine)
        {
            return RankedRows.Cosine(values, dimensions);
        }

        FeatureRows.CheckSquares(nameof(RetrievalEvaluator), rows, "an embedding");
        return Similarity == RetrievalSimilarity.DotProduct
            ? RankedRows.DotProduct(values, dimensions)
            : RankedRows.Euclidean(values, RankedRows.Middle(values, others.AsReadOnlySpan<double>(), dimensions));
    }

    RetrievalResult Finish(RankingScores scores)
    {
        int unmatched = scores.Relevant.Count(static count => count == 0);
        if (unmatched > 0 && Unmatched == UnmatchedQueries.Throw)
        {
            throw new MetricException(
                $"RetrievalEvaluator: {unmatched} of {scores.Relevant.Length} queries have no relevant item in the gallery, the first "
                + $"is query {Array.IndexOf(scores.Relevant, 0)}. Remove them, or set Unmatched to Exclude or Zero.");
        }

        bool[] isCounted = [.. scores.Relevant.Select(count => count > 0 || Unmatched == UnmatchedQueries.Zero)];
        return isCounted.Contains(true)
            ? new RetrievalResult(scores, isCounted, unmatched)
            : throw new MetricException(
                $"RetrievalEvaluator: none of {isCounted.Length} queries has a relevant item in the gallery. Pass labels that repeat.");
    }
}
