using MathNet.Numerics.Distributions;

namespace Criterion.Training;

/// <summary>The mean of independent results with its confidence interval.</summary>
public sealed record Interval
{
    const double Confidence = 0.95;

    /// <summary>Initializes the interval.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="margin">Half of the 95 % confidence interval by Student's t, t · s / √n; null for fewer than two results.</param>
    /// <param name="deviation">The standard deviation s, with n − 1; null for fewer than two results.</param>
    public Interval(double mean, double? margin, double? deviation) => (Mean, Margin, Deviation) = (mean, margin, deviation);

    /// <summary><inheritdoc cref="Interval(double, double?, double?)" path="/param[@name='mean']/node()"/></summary>
    public double Mean { get; init; }

    /// <summary><inheritdoc cref="Interval(double, double?, double?)" path="/param[@name='margin']/node()"/></summary>
    public double? Margin { get; init; }

    /// <summary><inheritdoc cref="Interval(double, double?, double?)" path="/param[@name='deviation']/node()"/></summary>
    public double? Deviation { get; init; }

    /// <summary>Computes the interval of results.</summary>
    /// <param name="values">The results; at least one.</param>
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

    /// <summary>Returns the t that bounds a variable of Student's distribution on both sides with a probability of 95 %.</summary>
    /// <param name="freedom">The degrees of freedom; at least 1.</param>
    internal static double Quantile(int freedom) => StudentT.InvCDF(location: 0, scale: 1, freedom, (1 + Confidence) / 2);
}
