using System.Runtime.CompilerServices;

namespace Criterion.Losses;

/// <summary>What the options of objectives and penalties must satisfy.</summary>
internal static class GanOption
{
    public static double Positive(double value, string owner, [CallerMemberName] string name = "") => value > 0 && double.IsFinite(value)
        ? value
        : throw Wrong(value, owner, name, "a positive number");

    public static double NotNegative(double value, string owner, [CallerMemberName] string name = "") => value >= 0 && double.IsFinite(value)
        ? value
        : throw Wrong(value, owner, name, "a number, not negative");

    public static double Finite(double value, string owner, [CallerMemberName] string name = "") => double.IsFinite(value)
        ? value
        : throw Wrong(value, owner, name, "a finite number");

    public static double Fraction(double value, string owner, [CallerMemberName] string name = "") => value is >= 0 and <= 1
        ? value
        : throw Wrong(value, owner, name, "in [0, 1]");

    /// <summary>What a discriminator should say: one-sided smoothing lowers it, and at 0 it would be the opposite.</summary>
    public static double Target(double value, string owner, [CallerMemberName] string name = "") => value is > 0 and <= 1
        ? value
        : throw Wrong(value, owner, name, "in (0, 1]; 1 is no smoothing");

    static ArgumentOutOfRangeException Wrong(double value, string owner, string name, string requirement) =>
        new(name, value, $"{owner}: {name} must be {requirement}.");
}
