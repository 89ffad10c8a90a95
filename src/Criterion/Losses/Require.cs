namespace Criterion.Losses;

/// <summary>What the options of losses must be; the message names the loss, the option, its value and what is allowed.</summary>
internal static class Require
{
    public static double Positive(double value, string loss, string option) => value is > 0 and < double.PositiveInfinity
        ? value
        : throw Wrong(value, loss, option, "a positive number");

    public static double NotNegative(double value, string loss, string option) => value is >= 0 and < double.PositiveInfinity
        ? value
        : throw Wrong(value, loss, option, "0 or a positive number");

    public static double Finite(double value, string loss, string option) => double.IsFinite(value)
        ? value
        : throw Wrong(value, loss, option, "a finite number");

    public static double Inside01(double value, string loss, string option) => value is > 0 and < 1
        ? value
        : throw Wrong(value, loss, option, "between 0 and 1, both excluded");

    public static double Within01(double value, string loss, string option) => value is >= 0 and <= 1
        ? value
        : throw Wrong(value, loss, option, "in [0, 1]");

    static ArgumentOutOfRangeException Wrong(double value, string loss, string option, string requirement) =>
        new(option, value, $"{loss}: {option} must be {requirement}.");
}
