using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>The quality of embeddings of images that the encoder was not trained on.</summary>
/// <remarks>
/// Intervals are of 95 %, by a bootstrap over the images: they contain the luck of which images were measured, not that of the training.
/// </remarks>
public sealed record EmbeddingQuality
{
    const int Resamples = 200;

    /// <summary>
    /// Gets the verification of pairs by the cosine of their embeddings. Its accuracy is at the threshold that is best for these pairs.
    /// </summary>
    public required Verification Verification { get; init; }

    /// <summary>Gets the threshold that is best for pairs of other held-out images; 2 where none is better than chance.</summary>
    public required double Threshold { get; init; }

    /// <summary>Gets the balanced accuracy of pairs at that threshold.</summary>
    public required RetrievalMeasure Accuracy { get; init; }

    /// <summary>Gets the area under the ROC curve of <see cref="Verification"/> with its interval.</summary>
    public required RetrievalMeasure AreaUnderCurve { get; init; }

    /// <summary>Gets the share of images whose nearest other image has the same class, also called Recall@1.</summary>
    public required RetrievalMeasure PrecisionAtOne { get; init; }

    /// <summary>Gets the mean average precision of the R nearest images (MAP@R), where R others have the same class.</summary>
    public required RetrievalMeasure MeanAveragePrecisionAtR { get; init; }

    /// <summary>Gets the expected value of <see cref="PrecisionAtOne"/> for random embeddings.</summary>
    public required double Chance { get; init; }

    /// <summary>Gets the measures that comparisons summarize, by the names of their properties.</summary>
    internal ValueList<Measurement> Values =>
    [
        new("areaUnderCurve", AreaUnderCurve.Value),
        new("accuracy", Accuracy.Value),
        new("precisionAtOne", PrecisionAtOne.Value),
        new("meanAveragePrecisionAtR", MeanAveragePrecisionAtR.Value),
    ];

    /// <summary>
    /// Measures embeddings after the mean of others is subtracted. All pairs are compared; memory does not grow with their number.
    /// </summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>.</param>
    /// <param name="labels">Their classes, Int64 <c>[N]</c>.</param>
    /// <param name="others">The embeddings of other images, <c>[M, D]</c>, which give the mean and the threshold.</param>
    /// <param name="otherLabels">Their classes, Int64 <c>[M]</c>.</param>
    /// <exception cref="ArgumentException">In one of the sets no two images are of one class, or all are.</exception>
    public static EmbeddingQuality Measure(Tensor embeddings, Tensor labels, Tensor others, Tensor otherLabels)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(otherLabels);
        using TensorScope scope = new();
        Tensor centre = others.Mean(0, keepDim: true);
        long[] classes = labels.ToArray<long>();
        double threshold = Curve(others - centre, otherLabels.ToArray<long>(), double.NaN, resamples: 0).Verification.Threshold;
        PairCurve curve = Curve(embeddings - centre, classes, threshold, Resamples);
        RetrievalResult nearest = Retrieval.Evaluate(embeddings - centre, labels);
        return new()
        {
            Verification = curve.Verification,
            Threshold = threshold,
            Accuracy = curve.Accuracy,
            AreaUnderCurve = curve.AreaUnderCurve,
            PrecisionAtOne = RetrievalMeasure.Of(nearest.PrecisionAt(1)),
            MeanAveragePrecisionAtR = RetrievalMeasure.Of(nearest.MeanAveragePrecisionAtR),
            Chance = ChanceOf(classes),
        };
    }

    // An image without another of its class has a precision of 0.
    static RetrievalEvaluator Retrieval => new(depth: 1, unmatched: UnmatchedQueries.Zero);

    static PairCurve Curve(Tensor centred, long[] classes, double threshold, int resamples) =>
        PairCurve.Of(new PairScores(UnitLength.Of(centred)), classes, threshold, resamples, new RandomStream(0));

    // The share of other images of the same class, over all images.
    static double ChanceOf(long[] classes) =>
        classes.CountBy(static label => label).Sum(group => group.Value * (group.Value - 1.0)) / (classes.Length * (classes.Length - 1.0));
}
