using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>How well embeddings tell classes apart that the encoder never saw.</summary>
/// <param name="Verification">
/// Pairs: same or not, by the cosine of their embeddings; its accuracy is at the threshold that is best for these very pairs.
/// </param>
/// <param name="Threshold">The threshold that is best for pairs of other images of these classes.</param>
/// <param name="Accuracy">The share of pairs that is right at that threshold, similar and dissimilar ones weighing the same.</param>
/// <param name="PrecisionAtOne">The share of images whose nearest other image is of their class.</param>
/// <param name="Chance">What guessing would give for the latter.</param>
public sealed record EmbeddingQuality(Verification Verification, double Threshold, double Accuracy, double PrecisionAtOne, double Chance)
{
    /// <summary>Measures embeddings, less the centre of others.</summary>
    /// <param name="embeddings">[N, D].</param>
    /// <param name="labels">Int64 [N].</param>
    /// <param name="others">[M, D]: of other images, from which the centre and the threshold are.</param>
    /// <param name="otherLabels">Int64 [M].</param>
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
            classes.Index().Average(item => classes[Nearest(cosines, classes.Length, item.Index, 1)[0]] == item.Item ? 1.0 : 0.0),
            classes.CountBy(static label => label).Sum(group => group.Value * (group.Value - 1.0)) / (classes.Length * (classes.Length - 1.0)));
    }

    /// <summary>The cosines between all rows, less a centre: [N × N].</summary>
    internal static double[] Cosines(Tensor embeddings, Tensor centre)
    {
        Tensor rows = UnitLength.Of(embeddings - centre);
        return rows.MatMul(rows.Transpose()).To(DType.Float64).ToArray<double>();
    }

    /// <summary>The items nearest to one of them, itself left out.</summary>
    internal static int[] Nearest(double[] cosines, int count, int item, int wanted) =>
    [
        .. Enumerable.Range(0, count).Where(other => other != item).OrderByDescending(other => cosines[(item * count) + other]).Take(wanted),
    ];

    static (double Score, bool IsSame)[] Pairs(double[] cosines, long[] classes) =>
    [
        .. from i in Enumerable.Range(0, classes.Length)
           from j in Enumerable.Range(i + 1, classes.Length - i - 1)
           select (cosines[(i * classes.Length) + j], classes[i] == classes[j]),
    ];
}
