using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>The quality of embeddings of images that the encoder was not trained on.</summary>
public sealed record EmbeddingQuality
{
    /// <summary>Initializes the result.</summary>
    /// <param name="verification">
    /// The verification of pairs by the cosine of their embeddings. Its accuracy is at the threshold that is best for these pairs.
    /// </param>
    /// <param name="threshold">The threshold that is best for pairs of other held-out images.</param>
    /// <param name="accuracy">The balanced accuracy of pairs at that threshold.</param>
    /// <param name="precisionAtOne">The share of images whose nearest other image has the same class.</param>
    /// <param name="chance">The expected value of that share for random embeddings.</param>
    public EmbeddingQuality(Verification verification, double threshold, double accuracy, double precisionAtOne, double chance) =>
        (Verification, Threshold, Accuracy, PrecisionAtOne, Chance) = (verification, threshold, accuracy, precisionAtOne, chance);

    /// <summary>
    /// <inheritdoc cref="EmbeddingQuality(Verification, double, double, double, double)" path="/param[@name='verification']/node()"/>
    /// </summary>
    public Verification Verification { get; init; }

    /// <summary>
    /// <inheritdoc cref="EmbeddingQuality(Verification, double, double, double, double)" path="/param[@name='threshold']/node()"/>
    /// </summary>
    public double Threshold { get; init; }

    /// <summary>
    /// <inheritdoc cref="EmbeddingQuality(Verification, double, double, double, double)" path="/param[@name='accuracy']/node()"/>
    /// </summary>
    public double Accuracy { get; init; }

    /// <summary>
    /// <inheritdoc cref="EmbeddingQuality(Verification, double, double, double, double)" path="/param[@name='precisionAtOne']/node()"/>
    /// </summary>
    public double PrecisionAtOne { get; init; }

    /// <summary>
    /// <inheritdoc cref="EmbeddingQuality(Verification, double, double, double, double)" path="/param[@name='chance']/node()"/>
    /// </summary>
    public double Chance { get; init; }

    /// <summary>Measures embeddings after the mean of others is subtracted.</summary>
    /// <param name="embeddings">The embeddings, <c>[N, D]</c>.</param>
    /// <param name="labels">Their classes, Int64 <c>[N]</c>.</param>
    /// <param name="others">The embeddings of other images, <c>[M, D]</c>, which give the mean and the threshold.</param>
    /// <param name="otherLabels">Their classes, Int64 <c>[M]</c>.</param>
    public static EmbeddingQuality Measure(Tensor embeddings, Tensor labels, Tensor others, Tensor otherLabels)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(otherLabels);
        Tensor centre = others.Mean(0, keepDim: true);
        long[] classes = labels.ToArray<long>();
        double[] cosines = Cosines(embeddings, centre);
        (double, bool)[] pairs = Pairs(cosines, classes);
        double threshold = Verification.Measure(Pairs(Cosines(others, centre), otherLabels.ToArray<long>())).Threshold;
        return new(
            Verification.Measure(pairs),
            threshold,
            Verification.AccuracyAt(threshold, pairs),
            PrecisionAtOneOf(embeddings - centre, labels),
            ChanceOf(classes));
    }

    // An image without another of its class has a precision of 0.
    static double PrecisionAtOneOf(Tensor embeddings, Tensor labels) =>
        new RetrievalEvaluator(depth: 1, unmatched: UnmatchedQueries.Zero).Evaluate(embeddings, labels).PrecisionAt(1).Value;

    // The share of other images of the same class, over all images.
    static double ChanceOf(long[] classes) =>
        classes.CountBy(static label => label).Sum(group => group.Value * (group.Value - 1.0)) / (classes.Length * (classes.Length - 1.0));

    /// <summary>Computes the cosines between all rows minus a centre, <c>[N × N]</c>.</summary>
    internal static double[] Cosines(Tensor embeddings, Tensor centre)
    {
        Tensor rows = UnitLength.Of(embeddings - centre);
        return rows.MatMul(rows.Transpose()).To(DType.Float64).ToArray<double>();
    }

    /// <summary>Returns the items nearest to one of them, which is excluded.</summary>
    internal static int[] Nearest(double[] cosines, int count, int item, int wanted) =>
    [
        .. Enumerable.Range(0, count).Where(other => other != item)
            .OrderByDescending(other => cosines[(item * count) + other])
            .Take(wanted),
    ];

    static (double Score, bool IsSame)[] Pairs(double[] cosines, long[] classes) =>
    [
        .. from i in Enumerable.Range(0, classes.Length)
           from j in Enumerable.Range(i + 1, classes.Length - i - 1)
           select (cosines[(i * classes.Length) + j], classes[i] == classes[j]),
    ];
}
