namespace Criterion.Training;

/// <summary>The counts of values in bins whose widths grow by a tenth, on both sides of 0.</summary>
/// <remarks>The bins are those of TensorFlow: limits ±1e-12 · 1.1ᵏ up to 1e20, then the greatest double.</remarks>
internal sealed class Histogram
{
    const double FirstLimit = 1e-12;
    const double LastLimit = 1e20;
    const double Growth = 1.1;

    static readonly double[] AllLimits = [.. Positive().Reverse().Select(static limit => -limit), 0, .. Positive()];

    Histogram()
    {
    }

    /// <summary>Gets the least value.</summary>
    public double Least { get; private init; }

    /// <summary>Gets the greatest value.</summary>
    public double Greatest { get; private init; }

    /// <summary>Gets the number of values.</summary>
    public long Count { get; private init; }

    /// <summary>Gets the sum of the values.</summary>
    public double Sum { get; private init; }

    /// <summary>Gets the sum of the squares of the values.</summary>
    public double SumOfSquares { get; private init; }

    /// <summary>Gets the upper limits of the bins, which do not include them.</summary>
    public required double[] Limits { get; init; }

    /// <summary>Gets the numbers of values in the bins.</summary>
    public required double[] Counts { get; init; }

    /// <summary>Counts the finite values of a tensor; null if there are none.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="notFinite">The number of values that are not finite, which no bin has.</param>
    public static Histogram? Of(Tensor tensor, out int notFinite)
    {
        double[] all = tensor.Detach().To(DType.Float64).ToArray<double>();
        double[] values = [.. all.Where(double.IsFinite)];
        notFinite = all.Length - values.Length;
        return values.Length == 0 ? null : Of(values);
    }

    static Histogram Of(double[] values)
    {
        double[] counts = new double[AllLimits.Length];
        foreach (double value in values)
        {
            counts[BinOf(value)]++;
        }

        // An empty bin on either side keeps the outermost bars from extending to the ends of the axis.
        int first = Math.Max(0, Array.FindIndex(counts, static count => count > 0) - 1);
        int end = Math.Min(counts.Length, Array.FindLastIndex(counts, static count => count > 0) + 2);
        return new Histogram
        {
            Least = values.Min(),
            Greatest = values.Max(),
            Count = values.Length,
            Sum = values.Sum(),
            SumOfSquares = values.Sum(static value => value * value),
            Limits = AllLimits[first..end],
            Counts = counts[first..end],
        };
    }

    static int BinOf(double value)
    {
        int found = Array.BinarySearch(AllLimits, value);
        return Math.Min(AllLimits.Length - 1, found < 0 ? ~found : found + 1);
    }

    static IEnumerable<double> Positive()
    {
        for (double limit = FirstLimit; limit < LastLimit; limit *= Growth)
        {
            yield return limit;
        }

        yield return double.MaxValue;
    }
}
