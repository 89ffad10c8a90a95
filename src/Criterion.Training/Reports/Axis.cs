using System.Globalization;

namespace Criterion.Training;

/// <summary>An axis of a plot: the positions of values, and the values at its ticks.</summary>
/// <param name="Low">The value at the start; its logarithm if the axis is logarithmic.</param>
/// <param name="High">The value at the end; its logarithm if the axis is logarithmic.</param>
/// <param name="IsLog">Whether the axis is logarithmic. Default: false.</param>
internal sealed record Axis(double Low, double High, bool IsLog = false)
{
    const int MostTicks = 6;
    const double Border = 0.04;
    const double Rounding = 1e-9;

    /// <summary>The ratio of values beyond which an axis may be logarithmic.</summary>
    const double WideRange = 50;

    /// <summary>Creates an axis from the least to the greatest finite value.</summary>
    public static Axis Exact(IEnumerable<double> values)
    {
        (double low, double high) = Range(values);
        return AreApart(low, high) ? new(low, high) : new(low - 0.5, high + 0.5);
    }

    /// <summary>Creates an axis with a margin around the values; logarithmic if that is allowed and the values span a wide range.</summary>
    public static Axis Roomy(IReadOnlyCollection<double> values, bool mayBeLog = false)
    {
        (double low, double high) = Range(values);
        bool isLog = mayBeLog && low > 0 && high / low > WideRange;
        (low, high) = isLog ? (Math.Log10(low), Math.Log10(high)) : (low, high);
        double room = AreApart(low, high) ? Border * (high - low) : Math.Max(1e-3, Math.Abs(low) / 10);
        return new(low - room, high + room, isLog);
    }

    /// <summary>Returns the position of a value: 0 at the start, 1 at the end, NaN for values without a position.</summary>
    public double Place(double value) => ((IsLog ? Log(value) : value) - Low) / (High - Low);

    /// <summary>Returns the values at the ticks.</summary>
    public IEnumerable<double> Ticks()
    {
        double step = IsLog ? Math.Max(1, RoundStep((High - Low) / MostTicks)) : RoundStep((High - Low) / MostTicks);
        for (double i = Math.Ceiling((Low / step) - Rounding); i <= (High / step) + Rounding; i++)
        {
            yield return IsLog ? Math.Pow(10, i * step) : i * step;
        }
    }

    /// <summary>Formats a number for an axis or a table.</summary>
    public static string Text(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e6 or < 1e-3 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
        >= 1000 => value.ToString("0", CultureInfo.InvariantCulture),
        double.NaN => "—",
        _ => ((double)(float)value).ToString("G4", CultureInfo.InvariantCulture),
    };

    // Between values that differ by rounding alone there would be more ticks than numbers.
    static bool AreApart(double low, double high) => high - low > Rounding * Math.Max(Math.Abs(low), Math.Abs(high));

    static double Log(double value) => value > 0 ? Math.Log10(value) : double.NaN;

    // 1, 2 or 5 times a power of ten, not below the given step.
    static double RoundStep(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * ((least / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }

    static (double Low, double High) Range(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite).DefaultIfEmpty(0)];
        return (finite.Min(), finite.Max());
    }
}
