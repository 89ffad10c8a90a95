using System.Globalization;

namespace Criterion;

/// <summary>Formats and parses numbers for people, independent of culture. No number but 0 is formatted as 0.</summary>
internal static class NumberText
{
    // Above this doubles do not represent every integer, so that trailing digits are meaningless.
    const double LeastScientific = 1e16;

    const double LeastExponential = 1e9;

    const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>
    /// Formats a number with up to <paramref name="digits"/> decimals, or below 1 as many significant digits: 1234.5, 0.01235, 1e-6.
    /// </summary>
    public static string Format(double value, int digits = 4) => Math.Abs(value) is >= 1 and < LeastScientific
        ? value.ToString($"0.{new string('#', digits)}", CultureInfo.InvariantCulture)
        : Significant(value, digits);

    /// <summary>Formats a number with that many significant digits; whole digits are kept: 12346, 1.235, 1e-6.</summary>
    public static string Significant(double value, int digits) =>
        Math.Abs(value) >= Math.Pow(10, digits) && Math.Abs(value) < LeastScientific
            ? value.ToString("0", CultureInfo.InvariantCulture)
            : ShortExponent(value.ToString($"G{digits}", CultureInfo.InvariantCulture));

    /// <summary>
    /// Formats a number with that many decimals, for columns, or with an exponent where these would show only zeros or too many digits.
    /// </summary>
    public static string Fixed(double value, int decimals)
    {
        string text = value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
        return IsRoundedToZero(value, text) || (double.IsFinite(value) && Math.Abs(value) >= LeastExponential)
            ? value.ToString("0.#e0", CultureInfo.InvariantCulture)
            : text;
    }

    /// <summary>Formats a share as a percentage with that many decimals; smaller shares as "&lt;0.1 %".</summary>
    public static string Percent(double share, int decimals)
    {
        string text = share.ToString($"P{decimals}", CultureInfo.InvariantCulture);
        return IsRoundedToZero(share, text) ? $"<{Math.Pow(10, -decimals).ToString($"F{decimals}", CultureInfo.InvariantCulture)} %" : text;
    }

    /// <summary>Parses a finite number: digits with a decimal point or an exponent, no thousands separators, no spaces.</summary>
    public static bool TryParse(string text, out double value) =>
        double.TryParse(text, Real, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value)
        && (value != 0 || !HasDigits(text.Split('e', 'E')[0]));

    /// <summary>Parses an integer: digits and a sign, nothing else.</summary>
    public static bool TryParse(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Returns the addition to an error about a number typed with a comma; nothing for others.</summary>
    public static string Hint(string text) => text.Contains(',', StringComparison.Ordinal) && text.AsSpan().ContainsAnyInRange('0', '9')
        ? " Use a point for decimals, and no thousands separators."
        : "";

    static string ShortExponent(string text) => text.Split('E') is [var factor, var exponent]
        ? $"{factor}e{int.Parse(exponent, CultureInfo.InvariantCulture)}"
        : text;

    static bool IsRoundedToZero(double value, string text) => value != 0 && double.IsFinite(value) && !HasDigits(text);

    static bool HasDigits(string text) => text.AsSpan().ContainsAnyInRange('1', '9');
}
