using System.Globalization;

namespace Criterion.Training;

/// <summary>Formats durations of any length.</summary>
internal static class Duration
{
    /// <summary>Formats a clock, such as <c>05:00</c> or <c>1:05:00</c>.</summary>
    public static string Clock(TimeSpan time)
    {
        TimeSpan rounded = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));
        string hours = rounded.TotalHours < 1 ? "" : $"{(int)rounded.TotalHours}:";
        return string.Create(CultureInfo.InvariantCulture, $"{hours}{rounded:mm\\:ss}");
    }

    /// <summary>Formats a duration in words, such as <c>12 s</c>, <c>5 min 0 s</c> or <c>1 h 5 min</c>.</summary>
    public static string Words(TimeSpan time)
    {
        TimeSpan rounded = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));
        return rounded.TotalMinutes < 1 ? $"{rounded.Seconds} s"
            : rounded.TotalHours < 1 ? $"{rounded.Minutes} min {rounded.Seconds} s"
            : $"{(int)rounded.TotalHours} h {rounded.Minutes} min";
    }
}
