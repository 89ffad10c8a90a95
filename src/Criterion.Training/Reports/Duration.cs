using System.Globalization;

namespace Criterion.Training;

/// <summary>Formats durations of any length: hours are never lost.</summary>
internal static class Duration
{
    /// <summary>A clock, such as <c>05:00</c> or <c>1:05:00</c>.</summary>
    public static string Clock(TimeSpan time)
    {
        TimeSpan rounded = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));
        return string.Create(CultureInfo.InvariantCulture, $"{(rounded.TotalHours < 1 ? "" : $"{(int)rounded.TotalHours}:")}{rounded:mm\\:ss}");
    }

    /// <summary>In words, such as <c>12 s</c>, <c>5 min 0 s</c> or <c>1 h 5 min</c>.</summary>
    public static string Words(TimeSpan time)
    {
        TimeSpan rounded = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));
        return rounded.TotalMinutes < 1 ? $"{rounded.Seconds} s"
            : rounded.TotalHours < 1 ? $"{rounded.Minutes} min {rounded.Seconds} s"
            : $"{(int)rounded.TotalHours} h {rounded.Minutes} min";
    }
}
