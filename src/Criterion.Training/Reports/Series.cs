namespace Criterion.Training;

/// <summary>A named curve of a chart.</summary>
/// <param name="Name">The name.</param>
/// <param name="X">The positions of the points, in order.</param>
/// <param name="Y">The values; NaN for gaps.</param>
internal sealed record Series(string Name, double[] X, double[] Y)
{
    const int MostPoints = 120;

    /// <summary>Gets the number of points that are averaged into one; 1 for a short curve.</summary>
    public int Bucket => (X.Length + MostPoints - 1) / MostPoints;

    /// <summary>Averages neighbouring points and returns the least and the greatest value with each mean.</summary>
    public IReadOnlyList<SeriesPoint> Smooth() => X.Length == 0 ? [] : [.. X.Zip(Y).Chunk(Bucket).Select(SeriesPoint.Of)];

    /// <summary>Returns the values that a chart must show: all means, and all values but the outermost hundredths.</summary>
    public IEnumerable<double> Core()
    {
        double[] finite = [.. Y.Where(double.IsFinite).Order()];
        int left = Bucket > 1 ? finite.Length / 100 : 0;
        return finite[left..(finite.Length - left)].Concat(Smooth().Select(static point => point.Mean));
    }

    /// <summary>Describes the curve in words.</summary>
    public string Describe()
    {
        double[] finite = [.. Y.Where(double.IsFinite)];
        return finite.Length == 0
            ? $"{Name}: no values"
            : $"{Name}: from {Axis.Text(finite[0])} to {Axis.Text(finite[^1])}, "
                + $"between {Axis.Text(finite.Min())} and {Axis.Text(finite.Max())}";
    }
}

/// <summary>Neighbouring points of a curve as one.</summary>
internal readonly record struct SeriesPoint(double X, double Low, double Mean, double High)
{
    /// <summary>Computes the mean, least and greatest finite value.</summary>
    public static SeriesPoint Of((double X, double Y)[] points)
    {
        double[] finite = [.. points.Select(static point => point.Y).Where(double.IsFinite).DefaultIfEmpty(double.NaN)];
        return new(points.Average(static point => point.X), finite.Min(), finite.Average(), finite.Max());
    }
}
