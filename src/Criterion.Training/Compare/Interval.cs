namespace Criterion.Training;

/// <summary>The mean of a few independent results, and how far the true mean may be from it.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Margin">Half of the 95 % confidence interval by Student's t, t · s / √n; null for fewer than two results.</param>
/// <param name="Deviation">Their standard deviation s, with n − 1; null for fewer than two.</param>
public sealed record Interval(double Mean, double? Margin, double? Deviation)
{
    const double Confidence = 0.95;

    /// <summary>The interval of results.</summary>
    /// <param name="values">At least one.</param>
    public static Interval Of(IReadOnlyCollection<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, nameof(values));
        double mean = values.Average();
        if (values.Count == 1)
        {
            return new(mean, null, null);
        }

        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        return new(mean, Quantile(values.Count - 1) * deviation / Math.Sqrt(values.Count), deviation);
    }

    /// <summary>The t that a variable of Student's distribution stays within, on both sides, with the confidence of 95 %.</summary>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    internal static double Quantile(int freedom)
    {
        (double low, double high) = (0, Math.PI / 2);
        while (high - low > 1e-15)
        {
            double middle = (low + high) / 2;
            (low, high) = Within(middle, freedom) < Confidence ? (middle, high) : (low, middle);
        }

        return Math.Sqrt(freedom) * Math.Tan(low);
    }

    // The chance of |t| < √ν tan θ: Abramowitz and Stegun, Handbook of mathematical functions, 26.7.3 and 26.7.4.
    static double Within(double theta, int freedom)
    {
        (double sine, double cosine) = Math.SinCos(theta);
        bool isOdd = freedom % 2 == 1;
        double term = isOdd ? cosine : 1;
        double sum = 0;
        for (int i = isOdd ? 3 : 2; i <= freedom; i += 2)
        {
            sum += term;
            term *= cosine * cosine * (i - 1) / i;
        }

        return isOdd ? 2 / Math.PI * (theta + (sine * sum)) : sine * sum;
    }
}
