namespace Criterion.Training;

/// <summary>A named line of a chart.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="X">Where its points lie, in order.</param>
/// <param name="Y">Their values; gaps are NaN.</param>
internal sealed record Series(string Name, double[] X, double[] Y)
{
    const int MostPoints = 120;

    /// <summary>How many points become one when the line is smoothed; 1 for a short one.</summary>
    public int Bucket => (X.Length + MostPoints - 1) / MostPoints;

    /// <summary>The line by means of neighbours, with the least and the greatest among them.</summary>
    public IReadOnlyList<SeriesPoint> Smooth() => X.Length == 0 ? [] : [.. X.Zip(Y).Chunk(Bucket).Select(SeriesPoint.Of)];

    /// <summary>The values that a chart must have room for: all means, and all values but the outermost hundredths.</summary>
    public IEnumerable<double> Core()
    {
        double[] finite = [.. Y.Where(double.IsFinite).Order()];
        int left = Bucket > 1 ? finite.Length / 100 : 0;
        return finite[left..(finite.Length - left)].Concat(Smooth().Select(static point => point.Mean));
    }

    /// <summary>The line in words.</summary>
    public string Describe()
    {
        double[] finite = [.. Y.Where(double.IsFinite)];
        return finite.Length == 0
            ? $"{Name}: no values"
            : $"{Name}: from {Axis.Text(finite[0])} to {Axis.Text(finite[^1])}, between {Axis.Text(finite.Min())} and {Axis.Text(finite.Max())}";
    }
}

/// <summary>Neighbouring points of a line as one.</summary>
internal readonly record struct SeriesPoint(double X, double Low, double Mean, double High)
{
    /// <summary>The mean, least and greatest of those that are finite.</summary>
    public static SeriesPoint Of((double X, double Y)[] points)
    {
        double[] finite = [.. points.Select(static point => point.Y).Where(double.IsFinite).DefaultIfEmpty(double.NaN)];
        return new(points.Average(static point => point.X), finite.Min(), finite.Average(), finite.Max());
    }
}
