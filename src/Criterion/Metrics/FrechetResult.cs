using System.Globalization;

namespace Criterion.Metrics;

/// <summary>A Fréchet distance and what it was computed from.</summary>
/// <param name="Value">The distance, 0 or more; lower is nearer.</param>
/// <param name="Means">The part of the means, ‖μ₁ − μ₂‖².</param>
/// <param name="Covariances">The part of the covariances; rounding may leave it slightly below 0.</param>
/// <param name="RealRank">In how many directions the real features vary.</param>
/// <param name="FakeRank">In how many directions the generated features vary.</param>
/// <param name="Samples">Counts, dimension, and the name of the features.</param>
public sealed record FrechetResult(double Value, double Means, double Covariances, int RealRank, int FakeRank, MetricSamples Samples)
{
    // With ten samples for each dimension the bias is of the order of a tenth of the trace, no more.
    const int SamplesPerDimension = 10;

    /// <summary>Reasons not to trust the number, in words; empty where there are none.</summary>
    public IReadOnlyList<string> Warnings() => [.. WarningsFor("real", Samples.Real, RealRank), .. WarningsFor("fake", Samples.Fake, FakeRank)];

    IEnumerable<string> WarningsFor(string name, long count, int rank)
    {
        (int d, CultureInfo culture) = (Samples.Dimensions, CultureInfo.InvariantCulture);
        if (count <= d)
        {
            yield return string.Create(culture, $"{count} {name} samples are too few for {d} features: their covariance has rank {rank}, and the Fréchet distance is far too large. Use more than {SamplesPerDimension * d}, or go by the kernel distance.");
        }
        else if (count < SamplesPerDimension * d)
        {
            yield return string.Create(culture, $"{count} {name} samples are few for {d} features: the Fréchet distance is too large by a part that shrinks with their number. Compare it only with others of the same counts, or use more than {SamplesPerDimension * d}.");
        }
        else if (rank < d)
        {
            yield return string.Create(culture, $"The {name} features vary in {rank} of {d} directions only: some features never change, or the samples are copies of few.");
        }
    }
}

/// <summary>A Fréchet distance of some of the samples.</summary>
/// <param name="Count">How many generated samples.</param>
/// <param name="Value">The distance.</param>
public readonly record struct FrechetPoint(long Count, double Value);

/// <summary>A Fréchet distance extrapolated to infinitely many generated samples.</summary>
/// <param name="Value">The distance at 1 / count = 0.</param>
/// <param name="Slope">How much of the distance one sample alone would add; positive.</param>
/// <param name="Points">The distances that the line goes through.</param>
/// <param name="Samples">Counts, dimension, and the name of the features.</param>
public sealed record FrechetExtrapolation(double Value, double Slope, IReadOnlyList<FrechetPoint> Points, MetricSamples Samples);
