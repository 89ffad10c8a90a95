using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>
/// The modes of a ring that a generator covers. A point has high quality if it lies within three standard deviations of the nearest mode.
/// Source: Srivastava et al., VEEGAN, 2017, section 4.1, which draws 2,500 points and counts a mode from one such point on. Uniform noise
/// over the square reaches that by chance, so <c>atLeast</c> points are required here.
/// </summary>
public sealed record ModeCoverage
{
    /// <summary>The number of points that are drawn.</summary>
    public const int Samples = 2500;

    const double Deviations = 3;

    /// <summary>Initializes the result.</summary>
    /// <param name="modes">The number of modes.</param>
    /// <param name="found">The modes with enough points of high quality.</param>
    /// <param name="highQuality">The share of points of high quality, in [0, 1].</param>
    /// <param name="counts">The points of high quality of each mode, counterclockwise from the x axis.</param>
    public ModeCoverage(int modes, int found, double highQuality, ValueList<int> counts) =>
        (Modes, Found, HighQuality, Counts) = (modes, found, highQuality, counts);

    /// <summary><inheritdoc cref="ModeCoverage(int, int, double, ValueList{int})" path="/param[@name='modes']/node()"/></summary>
    public int Modes { get; init; }

    /// <summary><inheritdoc cref="ModeCoverage(int, int, double, ValueList{int})" path="/param[@name='found']/node()"/></summary>
    public int Found { get; init; }

    /// <summary><inheritdoc cref="ModeCoverage(int, int, double, ValueList{int})" path="/param[@name='highQuality']/node()"/></summary>
    public double HighQuality { get; init; }

    /// <summary><inheritdoc cref="ModeCoverage(int, int, double, ValueList{int})" path="/param[@name='counts']/node()"/></summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    public ValueList<int> Counts { get; init; }

    /// <summary>Counts the modes that points cover.</summary>
    /// <param name="points">The points, <c>[N, 2]</c>, such as <see cref="Samples"/> from a generator.</param>
    /// <param name="ring">The ring.</param>
    /// <param name="atLeast">The points of high quality that a mode needs to count as found; at least 1. Default: 20.</param>
    /// <exception cref="TrainingException">The points are not <c>[N, 2]</c>.</exception>
    public static ModeCoverage Of(Tensor points, GaussianRing ring, int atLeast = 20)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentOutOfRangeException.ThrowIfLessThan(atLeast, 1);
        if (points.Rank != 2 || points.Shape[1] != 2 || points.Count == 0)
        {
            throw new TrainingException($"ModeCoverage: points must be [N, 2], but are {points.Shape}. Reshape them.");
        }

        double[] xy = points.Detach().To(DType.Float64).ToArray<double>();
        (double X, double Y)[] centres = ring.Centres;
        int[] counts = new int[ring.Modes];
        for (int i = 0; i < xy.Length; i += 2)
        {
            (double distance, int mode) = Nearest(centres, xy[i], xy[i + 1]);
            counts[mode] += distance <= Deviations * ring.Deviation ? 1 : 0;
        }

        return new ModeCoverage(ring.Modes, counts.Count(count => count >= atLeast), 2.0 * counts.Sum() / xy.Length, [.. counts]);
    }

    // A NaN is near no mode.
    static (double Distance, int Mode) Nearest((double X, double Y)[] centres, double x, double y)
    {
        (double Distance, int Mode) best = (double.PositiveInfinity, 0);
        for (int i = 0; i < centres.Length; i++)
        {
            double distance = double.Hypot(x - centres[i].X, y - centres[i].Y);
            best = distance < best.Distance ? (distance, i) : best;
        }

        return best;
    }
}
