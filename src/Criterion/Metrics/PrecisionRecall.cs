namespace Criterion.Metrics;

/// <summary>Precision and recall, and what they were computed from.</summary>
/// <param name="Precision">The share of generated samples that lie among the real ones: quality.</param>
/// <param name="Recall">The share of real samples that lie among the generated ones: variety.</param>
/// <param name="Neighbours">k: a sample's ball reaches to its k-th nearest neighbour.</param>
/// <param name="Samples">Counts, dimension, and the name of the features.</param>
public sealed record PrecisionRecallResult(double Precision, double Recall, int Neighbours, MetricSamples Samples);

/// <summary>
/// Precision and recall of generated samples: a sample counts as inside of a set if it lies in the ball of any of its samples,
/// which reaches to that sample's k-th nearest neighbour in the set.
/// </summary>
/// <remarks>One outlier among the real samples has a large ball and raises the precision; <see cref="DensityCoverage"/> is robust to that. Source: Kynkäänniemi and others, Improved precision and recall metric for assessing generative models, 2019.</remarks>
public static class PrecisionRecall
{
    /// <summary>Precision and recall.</summary>
    /// <param name="real">Features of real samples, <c>[N, D]</c>.</param>
    /// <param name="fake">Features of generated samples, <c>[M, D]</c>.</param>
    /// <param name="neighbours">k; 3. Both sets need more samples than that.</param>
    /// <param name="features">The name of the features.</param>
    /// <exception cref="ShapeException">They are no such matrices.</exception>
    /// <exception cref="MetricException">There are too few samples, or a value is NaN or infinite.</exception>
    public static PrecisionRecallResult Between(Tensor real, Tensor fake, int neighbours = 3, string features = MetricSamples.Unnamed)
    {
        (Neighbours reals, Neighbours fakes) = Neighbours.Of(nameof(PrecisionRecall), real, fake, neighbours);
        (double[] ofReal, double[] ofFake) = (reals.Radii(neighbours), fakes.Radii(neighbours));
        (bool[] realInside, bool[] fakeInside) = (new bool[ofReal.Length], new bool[ofFake.Length]);
        reals.ForEachRow(fakes, (row, first, distances) =>
        {
            for (int j = 0; j < distances.Count; j++)
            {
                fakeInside[first + j] = fakeInside[first + j] || distances.IsAtMost(j, ofReal[row]);
                realInside[row] = realInside[row] || distances.IsAtMost(j, ofFake[first + j]);
            }
        });
        MetricSamples samples = new(features, real.Shape[1], ofReal.Length, ofFake.Length);
        return new PrecisionRecallResult(Share(fakeInside), Share(realInside), neighbours, samples);
    }

    static double Share(bool[] flags) => flags.Count(static flag => flag) / (double)flags.Length;
}
