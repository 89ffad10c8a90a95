using System.Globalization;

namespace Criterion.Metrics;

/// <summary>Density and coverage, with what they were computed from.</summary>
public sealed record DensityCoverageResult
{
    /// <summary>Initializes the result.</summary>
    /// <param name="density">
    /// The number of real balls that contain a generated sample, divided by k, averaged over generated samples: about 1 for equal
    /// distributions, but not bounded by it.
    /// </param>
    /// <param name="coverage">The share of real samples whose ball contains a generated one.</param>
    /// <param name="neighbours">k: the ball of a real sample extends to its k-th nearest neighbor.</param>
    /// <param name="samples">The counts, the dimension, and the name of the features.</param>
    public DensityCoverageResult(double density, double coverage, int neighbours, MetricSamples samples) =>
        (Density, Coverage, Neighbours, Samples) = (density, coverage, neighbours, samples);

    /// <summary>
    /// <inheritdoc cref="DensityCoverageResult(double, double, int, MetricSamples)" path="/param[@name='density']/node()"/>
    /// </summary>
    public double Density { get; init; }

    /// <summary>
    /// <inheritdoc cref="DensityCoverageResult(double, double, int, MetricSamples)" path="/param[@name='coverage']/node()"/>
    /// </summary>
    public double Coverage { get; init; }

    /// <summary>
    /// <inheritdoc cref="DensityCoverageResult(double, double, int, MetricSamples)" path="/param[@name='neighbours']/node()"/>
    /// </summary>
    public int Neighbours { get; init; }

    /// <summary>
    /// <inheritdoc cref="DensityCoverageResult(double, double, int, MetricSamples)" path="/param[@name='samples']/node()"/>
    /// </summary>
    public MetricSamples Samples { get; init; }

    /// <summary>Gets the number of real samples whose ball is a point because they have more than k copies.</summary>
    public int DegenerateBalls { get; init; }

    /// <summary>Returns the reasons to distrust the values; empty if there are none.</summary>
    public IReadOnlyList<string> Warnings() => DegenerateBalls == 0
        ? []
        : [string.Create(
            CultureInfo.InvariantCulture,
            $"{DegenerateBalls} of {Samples.Real} real samples have more than {Neighbours} copies: their balls are points in which every "
            + $"copy counts, so density is unreliable. Remove copies.")];
}

/// <summary>
/// Density and coverage of generated samples, both from the balls of the real ones alone: 1/(k·M)·Σⱼ Σᵢ [fⱼ in the ball of rᵢ], and the
/// share of balls that are not empty.
/// </summary>
/// <remarks>
/// Balls are closed: a sample on the boundary is inside, and copies of a real sample are in its ball even where that is a point. For two
/// sets of N equal rows density is therefore N / k, not 1 (other implementations use open balls and return 0). Source: Naeem, Oh, Uh, Choi
/// and Yoo, Reliable fidelity and diversity metrics for generative models, 2020.
/// </remarks>
public static class DensityCoverage
{
    /// <summary>Computes density and coverage.</summary>
    /// <param name="real">Features of real samples, <c>[N, D]</c>.</param>
    /// <param name="fake">Features of generated samples, <c>[M, D]</c>.</param>
    /// <param name="neighbours">k; both sets must have more samples. Default: 5.</param>
    /// <param name="features">The name of the features.</param>
    /// <exception cref="ShapeException">An argument is not a matrix, or their dimensions differ.</exception>
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
