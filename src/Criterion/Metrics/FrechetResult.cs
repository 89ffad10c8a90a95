using System.Globalization;

namespace Criterion.Metrics;

/// <summary>A Fréchet distance, with what it was computed from.</summary>
/// <param name="Value">The distance, 0 or more; lower is better.</param>
/// <param name="Means">The contribution of the means, ‖μ₁ − μ₂‖².</param>
/// <param name="Covariances">The contribution of the covariances; rounding may make it slightly negative.</param>
/// <param name="RealRank">The number of directions in which the real features vary.</param>
/// <param name="FakeRank">The number of directions in which the generated features vary.</param>
/// <param name="Samples">The counts, the dimension, and the name of the features.</param>
public sealed record FrechetResult(double Value, double Means, double Covariances, int RealRank, int FakeRank, MetricSamples Samples)
{
    // With ten samples per dimension the bias is at most about a tenth of the trace.
    const int SamplesPerDimension = 10;

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
/// <param name="Count">The number of generated samples.</param>
/// <param name="Value">The distance.</param>
public readonly record struct FrechetPoint(long Count, double Value);

/// <summary>A Fréchet distance extrapolated to infinitely many generated samples.</summary>
/// <param name="Value">The distance at 1 / count = 0.</param>
/// <param name="Slope">The slope by 1 / count; positive.</param>
/// <param name="Points">The distances of the subsets.</param>
/// <param name="Samples">The counts, the dimension, and the name of the features.</param>
public sealed record FrechetExtrapolation(double Value, double Slope, IReadOnlyList<FrechetPoint> Points, MetricSamples Samples);
