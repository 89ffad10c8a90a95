namespace Criterion.Kernels;

/// <summary>Positions along one axis of an image, in pixels, as a padding maps them into it.</summary>
internal sealed class GridAxis
{
    readonly int _size;
    readonly bool _isFramed;

    /// <summary>Maps positions.</summary>
    /// <param name="at">The positions, of which 0 is the centre of the first pixel.</param>
    /// <param name="size">The pixels along the axis.</param>
    /// <param name="padding">The padding.</param>
    /// <param name="alignCorners">Whether reflections are at centres of pixels, rather than at their edges.</param>
    public GridAxis(double[] at, int size, GridPadding padding, bool alignCorners)
    {
        (_size, _isFramed) = (size, padding == GridPadding.Zeros);
        (Positions, Slopes, Lower) = (new double[at.Length], new double[at.Length], new double[at.Length]);
        for (int i = 0; i < at.Length; i++)
        {
            (Positions[i], Slopes[i]) = padding switch
            {
                GridPadding.Zeros => (at[i], 1),
                GridPadding.Border => Clamp(at[i]),
                _ => Reflect(at[i], alignCorners),
            };
            Lower[i] = Math.Floor(Positions[i]);
        }
    }

    /// <summary>Gets the positions inside the image; unchanged for zeros.</summary>
    public double[] Positions { get; }

    /// <summary>Gets the derivatives of <see cref="Positions"/>: −1, 0 or 1.</summary>
    public double[] Slopes { get; }

    /// <summary>Gets the pixel at or before each position.</summary>
    public double[] Lower { get; }

    /// <summary>Returns the indices of the pixels at or after <see cref="Lower"/>, in the image with its frame if it has one.</summary>
    /// <param name="next">0 for the pixels themselves, 1 for those after them.</param>
    public long[] Places(int next)
    {
        (int first, int last) = _isFramed ? (-1, _size) : (0, _size - 1);
        return Array.ConvertAll(Lower, lower => (long)Clamped(lower + next, first, last) - first);
    }

    // A NaN is a weight too; its place has to exist only.
    static double Clamped(double place, int first, int last) => double.IsNaN(place) ? first : Math.Clamp(place, first, last);

    (double Position, double Slope) Clamp(double at) =>
        at <= 0 ? (0, 0) : at >= _size - 1 ? (_size - 1, 0) : (at, double.IsNaN(at) ? double.NaN : 1);

    (double Position, double Slope) Reflect(double at, bool alignCorners)
    {
        (double low, double span) = alignCorners ? (0.0, _size - 1.0) : (-0.5, _size);
        if (span == 0)
        {
            return (0, 0);
        }

        double distance = Math.Abs(at - low);
        double rest = distance % span;
        bool isMirrored = Math.Floor(distance / span) % 2 != 0;
        double sign = (at < low ? -1 : 1) * (isMirrored ? -1 : 1);
        (double position, double slope) = Clamp(low + (isMirrored ? span - rest : rest));
        return (position, slope * sign);
    }
}
