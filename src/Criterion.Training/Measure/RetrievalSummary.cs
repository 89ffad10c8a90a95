using Criterion.Formats;
using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>A measure with its interval of 95 % by a bootstrap over the queries, or the images of pairs.</summary>
public sealed record RetrievalMeasure
{
    /// <summary>Gets the mean over the queries.</summary>
    public required double Value { get; init; }

    /// <summary>Gets the lower end of the interval.</summary>
    public required double Low { get; init; }

    /// <summary>Gets the upper end of the interval.</summary>
    public required double High { get; init; }

    /// <summary>Computes the interval of a score.</summary>
    /// <param name="score">The score.</param>
    /// <param name="seed">The seed of the bootstrap. Default: 0.</param>
    public static RetrievalMeasure Of(RetrievalScore score, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(score);
        BootstrapInterval interval = score.Interval(random: new RandomStream(seed));
        return new() { Value = score.Value, Low = interval.Low, High = interval.High };
    }
}

/// <summary>The quality of embeddings: others of the same label that they find, and the agreement of clusters and labels.</summary>
public sealed record RetrievalSummary
{
    const int MostDepth = 10;

    /// <summary>Gets the number of embeddings.</summary>
    public required int Count { get; init; }

    /// <summary>Gets the number of values of an embedding.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Gets the number of labels.</summary>
    public required int Labels { get; init; }

    /// <summary>Gets the number of embeddings that no other has the label of; they are no queries.</summary>
    public required int Unmatched { get; init; }

    /// <summary>Gets the number k of neighbours of <see cref="RecallAtK"/> and <see cref="PrecisionAtK"/>: 10, or all others.</summary>
    public required int K { get; init; }

    /// <summary>Gets the share of queries whose nearest neighbour has their label.</summary>
    public required RetrievalMeasure RecallAt1 { get; init; }

    /// <summary>Gets the share of queries with one of their label among the first k.</summary>
    public required RetrievalMeasure RecallAtK { get; init; }

    /// <summary>Gets the share of the first k that have the query's label.</summary>
    public required RetrievalMeasure PrecisionAtK { get; init; }

    /// <summary>Gets the share of the first R that have the query's label, where R others have it.</summary>
    public required RetrievalMeasure RPrecision { get; init; }

    /// <summary>Gets the mean average precision of the first R.</summary>
    public required RetrievalMeasure MeanAveragePrecisionAtR { get; init; }

    /// <summary>Gets the mean average precision of the whole ranking.</summary>
    public required RetrievalMeasure MeanAveragePrecision { get; init; }

    /// <summary>Gets the mean of 1 / the rank of the first of the query's label.</summary>
    public required RetrievalMeasure MeanReciprocalRank { get; init; }

    /// <summary>
    /// Gets the normalized mutual information of k-means and labels, in [0, 1]; null where all labels are equal or all differ.
    /// </summary>
    public double? NormalizedMutualInformation { get; init; }

    /// <summary>Gets the same, adjusted for chance: 0 for random clusters.</summary>
    public double? AdjustedMutualInformation { get; init; }

    /// <summary>Reads embeddings and their labels from .npy files, and evaluates them by their cosines.</summary>
    /// <param name="embeddings">The file of the embeddings, floats <c>[N, D]</c>.</param>
    /// <param name="labels">The file of the labels, integers <c>[N]</c>.</param>
    /// <param name="seed">The seed of the bootstrap and of k-means. Default: 0.</param>
    /// <exception cref="TrainingException">A file contains another type or shape, or no label occurs twice.</exception>
    /// <exception cref="DataFormatException">A file is damaged or no .npy file.</exception>
    /// <exception cref="MetricException">An embedding is NaN or infinite, or there are fewer than two.</exception>
    public static RetrievalSummary Of(string embeddings, string labels, ulong seed = 0)
    {
        Tensor rows = Npy.Read(embeddings);
        Tensor known = Npy.Read(labels);
        Check(embeddings, labels, rows, known);
        return Of(rows, known.To(DType.Int64), seed);
    }

    /// <summary>Evaluates embeddings by their cosines.</summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>.</param>
    /// <param name="labels">Their labels, Int64 <c>[N]</c>.</param>
    /// <param name="seed">The seed of the bootstrap and of k-means. Default: 0.</param>
    /// <exception cref="ShapeException">A shape is not as described.</exception>
    /// <exception cref="DTypeException">A type is not as described.</exception>
    /// <exception cref="TrainingException">No label occurs twice.</exception>
    /// <exception cref="MetricException">An embedding is NaN or infinite, or there are fewer than two.</exception>
    public static RetrievalSummary Of(Tensor embeddings, Tensor labels, ulong seed = 0)
    {
        int depth = Math.Clamp(labels.Count - 1, 1, MostDepth);
        if (labels is { DType: DType.Int64, Rank: 1, Count: > 0 } && !HasPair(labels))
        {
            throw new TrainingException(
                $"None of {labels.Count} labels occurs twice, so no embedding can find another of its label. Check the labels.");
        }

        RetrievalResult result = new RetrievalEvaluator(depth: depth, unmatched: UnmatchedQueries.Exclude).Evaluate(embeddings, labels);
        int classes = labels.ToArray<long>().Distinct().Count();
        Tensor? clusters = classes > 1
            ? KMeans.Cluster(embeddings, classes, random: new RandomStream(seed)).Labels
            : null;
        return new()
        {
            Count = labels.Count,
            Dimensions = embeddings.Shape[1],
            Labels = classes,
            Unmatched = result.Unmatched,
            K = depth,
            RecallAt1 = Measure(result.RecallAt(1)),
            RecallAtK = Measure(result.RecallAt(depth)),
            PrecisionAtK = Measure(result.PrecisionAt(depth)),
            RPrecision = Measure(result.RPrecision),
            MeanAveragePrecisionAtR = Measure(result.MeanAveragePrecisionAtR),
            MeanAveragePrecision = Measure(result.MeanAveragePrecision),
            MeanReciprocalRank = Measure(result.MeanReciprocalRank),
            NormalizedMutualInformation = clusters is null ? null : ClusterAgreement.NormalizedMutualInformation(clusters, labels),
            AdjustedMutualInformation = clusters is null ? null : ClusterAgreement.AdjustedMutualInformation(clusters, labels),
        };

        RetrievalMeasure Measure(RetrievalScore score) => RetrievalMeasure.Of(score, seed);
    }

    // The value −1 is no label.
    static bool HasPair(Tensor labels) =>
        labels.ToArray<long>().CountBy(static label => label).Any(static count => count.Key != -1 && count.Value > 1);

    static void Check(string embeddings, string labels, Tensor rows, Tensor known)
    {
        if (!rows.DType.IsFloat() || rows.Rank != 2)
        {
            throw new TrainingException(
                $"'{embeddings}' contains {rows.DType} {rows.Shape}, and embeddings are floats [N, D]: a row for each item.");
        }

        if (known.DType.IsFloat() || known.Rank != 1 || known.Shape[0] != rows.Shape[0])
        {
            throw new TrainingException(
                $"'{labels}' contains {known.DType} {known.Shape}, and labels are integers [{rows.Shape[0]}], one for each row of "
                + $"'{embeddings}'.");
        }
    }
}
