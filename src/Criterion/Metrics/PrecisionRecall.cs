namespace Criterion.Metrics;

/// <summary>Precision and recall, with what they were computed from.</summary>
public sealed record PrecisionRecallResult
{
    /// <summary>Initializes the result.</summary>
    /// <param name="precision">The share of generated samples inside the real set: quality.</param>
    /// <param name="recall">The share of real samples inside the generated set: variety.</param>
    /// <param name="neighbours">k: the ball of a sample extends to its k-th nearest neighbor.</param>
    /// <param name="samples">The counts, the dimension, and the name of the features.</param>
    public PrecisionRecallResult(double precision, double recall, int neighbours, MetricSamples samples) =>
        (Precision, Recall, Neighbours, Samples) = (precision, recall, neighbours, samples);

    /// <summary>
    /// <inheritdoc cref="PrecisionRecallResult(double, double, int, MetricSamples)" path="/param[@name='precision']/node()"/>
    /// </summary>
    public double Precision { get; init; }

    /// <summary>
    /// <inheritdoc cref="PrecisionRecallResult(double, double, int, MetricSamples)" path="/param[@name='recall']/node()"/>
    /// </summary>
    public double Recall { get; init; }

    /// <summary>
    /// <inheritdoc cref="PrecisionRecallResult(double, double, int, MetricSamples)" path="/param[@name='neighbours']/node()"/>
    /// </summary>
    public int Neighbours { get; init; }

    /// <summary>
    /// <inheritdoc cref="PrecisionRecallResult(double, double, int, MetricSamples)" path="/param[@name='samples']/node()"/>
    /// </summary>
    public MetricSamples Samples { get; init; }
}

/// <summary>
/// Precision and recall of generated samples: a sample is inside a set if it is in the ball of any of its samples, which extends to that
/// sample's k-th nearest neighbor in the set.
/// </summary>
/// <remarks>
/// One outlier among the real samples has a large ball and increases the precision; <see cref="DensityCoverage"/> is robust to this.
/// Source: Kynkäänniemi and others, Improved precision and recall metric for assessing generative models, 2019.
/// </remarks>
public static class PrecisionRecall
{
    /// <summary>Computes precision and recall.</summary>
    /// <param name="real">Features of real samples, <c>[N, D]</c>.</param>
    /// <param name="fake">Features of generated samples, <c>[M, D]</c>.</param>
    /// <param name="neighbours">k; both sets must have more samples. Default: 3.</param>
    /// <param name="features">The name of the features.</param>
    /// <exception cref="ShapeException">An argument is not a matrix, or their dimensions differ.</exception>
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
