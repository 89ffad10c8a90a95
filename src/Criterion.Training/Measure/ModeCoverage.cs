using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>
/// How many modes of a ring a generator makes, and how well. A point is of high quality if it lies within three standard deviations
/// of the nearest mode. Source: Srivastava et al., VEEGAN, 2017, section 4.1, which draws 2,500 points and counts a mode from one
/// such point on; that is what uniform noise over the square reaches by chance, so that here it takes <c>atLeast</c>.
/// </summary>
/// <param name="Modes">Modes that there are.</param>
/// <param name="Found">Modes with at least as many points of high quality as asked for.</param>
/// <param name="HighQuality">The share of points of high quality, from 0 to 1.</param>
/// <param name="Counts">Points of high quality of each mode, counterclockwise from the x axis.</param>
public sealed record ModeCoverage(
    int Modes, int Found, double HighQuality, [property: JsonConverter(typeof(ValueListConverter<int>))] ValueList<int> Counts)
{
    /// <summary>Points that are drawn for it.</summary>
    public const int Samples = 2500;

    const double Deviations = 3;

    /// <summary>Counts the modes that points cover.</summary>
    /// <param name="points"><c>[N, 2]</c>, such as <see cref="Samples"/> from a generator.</param>
    /// <param name="ring">What the points should be like.</param>
    /// <param name="atLeast">The number of points of high quality from which a mode counts as found; 20.</param>
    /// <exception cref="TrainingException">They are no points of a plane.</exception>
    public static ModeCoverage Of(Tensor points, GaussianRing ring, int atLeast = 20)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentOutOfRangeException.ThrowIfLessThan(atLeast, 1);
        if (points.Rank != 2 || points.Shape[1] != 2 || points.Count == 0)
        {
            throw new TrainingException($"Modes are counted of points [N, 2], and these are {points.Shape}.");
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

    // A point that is no number is near nothing.
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
