using System.Globalization;

namespace Criterion.Metrics;

/// <summary>A Fréchet distance, with what it was computed from.</summary>
public sealed record FrechetResult
{
    // With ten samples per dimension the bias is at most about a tenth of the trace.
    const int SamplesPerDimension = 10;

    /// <summary>Initializes the result.</summary>
    /// <param name="value">The distance, 0 or more; lower is better.</param>
    /// <param name="means">The contribution of the means, ‖μ₁ − μ₂‖².</param>
    /// <param name="covariances">The contribution of the covariances; rounding may make it slightly negative.</param>
    /// <param name="realRank">The number of directions in which the real features vary.</param>
    /// <param name="fakeRank">The number of directions in which the generated features vary.</param>
    /// <param name="samples">The counts, the dimension, and the name of the features.</param>
    public FrechetResult(double value, double means, double covariances, int realRank, int fakeRank, MetricSamples samples)
    {
        Value = value;
        Means = means;
        Covariances = covariances;
        RealRank = realRank;
        FakeRank = fakeRank;
        Samples = samples;
    }

    /// <summary>
    /// <inheritdoc cref="FrechetResult(double, double, double, int, int, MetricSamples)" path="/param[@name='value']/node()"/>
    /// </summary>
    public double Value { get; init; }

    /// <summary>
    /// <inheritdoc cref="FrechetResult(double, double, double, int, int, MetricSamples)" path="/param[@name='means']/node()"/>
    /// </summary>
    public double Means { get; init; }

    /// <summary>
    /// <inheritdoc cref="FrechetResult(double, double, double, int, int, MetricSamples)" path="/param[@name='covariances']/node()"/>
    /// </summary>
    public double Covariances { get; init; }

    /// <summary>
    /// <inheritdoc cref="FrechetResult(double, double, double, int, int, MetricSamples)" path="/param[@name='realRank']/node()"/>
    /// </summary>
    public int RealRank { get; init; }

    /// <summary>
    /// <inheritdoc cref="FrechetResult(double, double, double, int, int, MetricSamples)" path="/param[@name='fakeRank']/node()"/>
    /// </summary>
    public int FakeRank { get; init; }

    /// <summary>
    /// <inheritdoc cref="FrechetResult(double, double, double, int, int, MetricSamples)" path="/param[@name='samples']/node()"/>
    /// </summary>
    public MetricSamples Samples { get; init; }

    /// <summary>Returns the reasons to distrust the value; empty if there are none.</summary>
    public IReadOnlyList<string> Warnings() =>
        [.. WarningsFor("real", Samples.Real, RealRank), .. WarningsFor("fake", Samples.Fake, FakeRank)];

    IEnumerable<string> WarningsFor(string name, long count, int rank)
    {
        (int d, CultureInfo culture) = (Samples.Dimensions, CultureInfo.InvariantCulture);
        if (count <= d)
        {
            yield return string.Create(
                culture,
                $"{count} {name} samples are too few for {d} features: their covariance has rank {rank}, and the Fréchet distance is far "
                + $"too large. Use more than {SamplesPerDimension * d}, or use the kernel distance.");
        }
        else if (count < SamplesPerDimension * d)
        {
            yield return string.Create(
                culture,
                $"{count} {name} samples are few for {d} features: the Fréchet distance is too large by an amount that decreases with "
                + $"their number. Compare it only with distances of the same counts, or use more than {SamplesPerDimension * d}.");
        }
        else if (rank < d)
        {
            yield return string.Create(
                culture,
                $"The {name} features vary in only {rank} of {d} directions: some features are constant, or the samples are copies of a "
                + $"few.");
        }
    }
}

/// <summary>The Fréchet distance of a subset of the samples.</summary>
public readonly record struct FrechetPoint
{
    /// <summary>Initializes the point.</summary>
    /// <param name="count">The number of generated samples.</param>
    /// <param name="value">The distance.</param>
    public FrechetPoint(long count, double value) => (Count, Value) = (count, value);

    /// <summary><inheritdoc cref="FrechetPoint(long, double)" path="/param[@name='count']/node()"/></summary>
    public long Count { get; init; }

    /// <summary><inheritdoc cref="FrechetPoint(long, double)" path="/param[@name='value']/node()"/></summary>
    public double Value { get; init; }
}

/// <summary>A Fréchet distance extrapolated to infinitely many generated samples.</summary>
public sealed record FrechetExtrapolation
{
    /// <summary>Initializes the result.</summary>
    /// <param name="value">The distance at 1 / count = 0.</param>
    /// <param name="slope">The slope by 1 / count; positive.</param>
    /// <param name="points">The distances of the subsets.</param>
    /// <param name="samples">The counts, the dimension, and the name of the features.</param>
    public FrechetExtrapolation(double value, double slope, IReadOnlyList<FrechetPoint> points, MetricSamples samples) =>
        (Value, Slope, Points, Samples) = (value, slope, points, samples);

    /// <summary>
    /// <inheritdoc
    /// cref="FrechetExtrapolation(double, double, IReadOnlyList{FrechetPoint}, MetricSamples)"
    /// path="/param[@name='value']/node()"/>
    /// </summary>
    public double Value { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="FrechetExtrapolation(double, double, IReadOnlyList{FrechetPoint}, MetricSamples)"
    /// path="/param[@name='slope']/node()"/>
    /// </summary>
    public double Slope { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="FrechetExtrapolation(double, double, IReadOnlyList{FrechetPoint}, MetricSamples)"
    /// path="/param[@name='points']/node()"/>
    /// </summary>
    public IReadOnlyList<FrechetPoint> Points { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="FrechetExtrapolation(double, double, IReadOnlyList{FrechetPoint}, MetricSamples)"
    /// path="/param[@name='samples']/node()"/>
    /// </summary>
    public MetricSamples Samples { get; init; }
}
