using System.Globalization;

namespace Criterion.Training;

/// <summary>A range of numbers in interval notation: <c>[1, 1000]</c>, <c>[0, 1)</c>, <c>(0, ∞)</c>.</summary>
internal readonly record struct ValueRange(double Low, bool IncludesLow, double High, bool IncludesHigh)
{
    /// <summary>Parses interval notation.</summary>
    /// <exception cref="FormatException">The text is not an interval.</exception>
    public static ValueRange Parse(string text) => text.Length > 2 && text[1..^1].Split(", ") is [var low, var high]
        ? new(Bound(low), text[0] == '[', Bound(high), text[^1] == ']')
        : throw new FormatException($"'{text}' is not an interval such as [0, 1).");

    /// <summary>Returns whether a number is in the range.</summary>
    public bool Contains(double value) =>
        double.IsFinite(value) && (IncludesLow ? value >= Low : value > Low) && (IncludesHigh ? value <= High : value < High);

    /// <summary>Describes the numbers of the range, such as "a number from 0 to below 1".</summary>
    /// <param name="isWhole">Whether only whole numbers are meant.</param>
    public string Describe(bool isWhole)
    {
        string kind = isWhole ? "a whole number" : "a number";
        return (double.IsFinite(Low), double.IsFinite(High)) switch
        {
            (false, false) => kind,
            (true, false) when Low == 0 && !IncludesLow => isWhole ? "a positive whole number" : "a positive number",
            (true, false) => $"{kind} {(IncludesLow ? "of at least" : "above")} {Text(Low)}",
            (false, true) => $"{kind} {(IncludesHigh ? "of at most" : "below")} {Text(High)}",
            _ => $"{kind} {(IncludesLow ? "from" : "above")} {Text(Low)} {(IncludesLow ? "to" : "and")} "
                + $"{(IncludesHigh ? IncludesLow ? "" : "up to " : "below ")}{Text(High)}",
        };
    }

    static double Bound(string text) => text switch
    {
        "∞" => double.PositiveInfinity,
        "-∞" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
