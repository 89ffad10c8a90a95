using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>How well embeddings tell classes apart that the encoder never saw.</summary>
/// <param name="Verification">Pairs: same or not, by the cosine of their embeddings.</param>
/// <param name="PrecisionAtOne">The share of images whose nearest other image is of their class.</param>
/// <param name="Chance">What guessing would give for the latter.</param>
public sealed record EmbeddingQuality(Verification Verification, double PrecisionAtOne, double Chance)
{
    /// <summary>Measures embeddings.</summary>
    /// <param name="embeddings">[N, D], rows of length 1.</param>
    /// <param name="labels">Int64 [N].</param>
    public static EmbeddingQuality Measure(Tensor embeddings, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(labels);
        int count = embeddings.Shape[0];
        double[] cosine = embeddings.MatMul(embeddings.Transpose()).To(DType.Float64).ToArray<double>();
        long[] label = labels.ToArray<long>();
        var pairs = from i in Enumerable.Range(0, count)
                    from j in Enumerable.Range(i + 1, count - i - 1)
                    select (Score: cosine[(i * count) + j], IsSame: label[i] == label[j]);
        int hits = Enumerable.Range(0, count).Count(i => label[Nearest(cosine, count, i, 1)[0]] == label[i]);
        double chance = label.GroupBy(static l => l).Sum(group => group.Count() * (group.Count() - 1.0)) / (count * (count - 1.0));
        return new(Verification.Measure([.. pairs]), hits / (double)count, chance);
    }

    /// <summary>The items nearest to one of them, itself left out.</summary>
    internal static int[] Nearest(double[] cosine, int count, int item, int wanted) =>
    [
        .. Enumerable.Range(0, count).Where(other => other != item).OrderByDescending(other => cosine[(item * count) + other]).Take(wanted),
    ];
}
