using System.Globalization;

namespace Criterion.Metrics;

/// <summary>Density and coverage, and what they were computed from.</summary>
/// <param name="Density">How many balls of real samples a generated one lies in, over k: about 1 for equal distributions, and not bounded by it.</param>
/// <param name="Coverage">The share of real samples whose ball holds a generated one.</param>
/// <param name="Neighbours">k: a real sample's ball reaches to its k-th nearest neighbour.</param>
/// <param name="Samples">Counts, dimension, and the name of the features.</param>
public sealed record DensityCoverageResult(double Density, double Coverage, int Neighbours, MetricSamples Samples)
{
    /// <summary>Real samples whose ball is a point, because they repeat more than k times.</summary>
    public int DegenerateBalls { get; init; }

    /// <summary>Reasons not to trust the numbers, in words; empty where there are none.</summary>
    public IReadOnlyList<string> Warnings() => DegenerateBalls == 0
        ? []
        : [string.Create(CultureInfo.InvariantCulture, $"{DegenerateBalls} of {Samples.Real} real samples repeat more than {Neighbours} times: their balls are points, in which copies count in full, and density says little. Remove copies.")];
}

/// <summary>
/// Density and coverage of generated samples, both from the balls of the real ones alone: 1/(k·M)·Σⱼ Σᵢ [fⱼ in the ball of rᵢ], and
/// the share of balls that are not empty.
/// </summary>
/// <remarks>
/// Balls are closed: a sample on the rim lies inside, and copies of a real sample lie in its ball also where that is a point. For two sets of N
/// equal rows density is therefore N / k, and not 1 (other implementations take open balls and give 0).
/// Source: Naeem, Oh, Uh, Choi and Yoo, Reliable fidelity and diversity metrics for generative models, 2020.</remarks>
public static class DensityCoverage
{
    /// <summary>Density and coverage.</summary>
    /// <param name="real">Features of real samples, <c>[N, D]</c>.</param>
    /// <param name="fake">Features of generated samples, <c>[M, D]</c>.</param>
    /// <param name="neighbours">k; 5. Both sets need more samples than that.</param>
    /// <param name="features">The name of the features.</param>
    /// <exception cref="ShapeException">They are no such matrices.</exception>
    /// <exception cref="MetricException">There are too few samples, or a value is NaN or infinite.</exception>
    public static DensityCoverageResult Between(Tensor real, Tensor fake, int neighbours = 5, string features = MetricSamples.Unnamed)
    {
        (Neighbours reals, Neighbours fakes) = Neighbours.Of(nameof(DensityCoverage), real, fake, neighbours);
        double[] radii = reals.Radii(neighbours);
        long[] inside = new long[radii.Length];
        reals.ForEachRow(fakes, (row, _, distances) =>
        {
            for (int j = 0; j < distances.Count; j++)
            {
                inside[row] += distances.IsAtMost(j, radii[row]) ? 1 : 0;
            }
        });
        int count = fake.Shape[0];
        double density = inside.Sum() / ((double)neighbours * count);
        double coverage = inside.Count(static balls => balls > 0) / (double)radii.Length;
        return new DensityCoverageResult(density, coverage, neighbours, new MetricSamples(features, real.Shape[1], radii.Length, count))
        {
            DegenerateBalls = radii.Count(static radius => radius == 0),
        };
    }
}
