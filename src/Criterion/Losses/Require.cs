using System.Runtime.CompilerServices;

namespace Criterion.Losses;

/// <summary>
/// What the options of losses, objectives and penalties must be: the value comes back, or an error that names the owner, the option,
/// its value and what is allowed.
/// </summary>
internal static class Require
{
    public static double Positive(double value, string owner, [CallerMemberName] string option = "") =>
        That(value is > 0 and < double.PositiveInfinity, value, owner, "a positive number", option);

    public static double NotNegative(double value, string owner, [CallerMemberName] string option = "") =>
        That(value is >= 0 and < double.PositiveInfinity, value, owner, "0 or a positive number", option);

    public static double Finite(double value, string owner, [CallerMemberName] string option = "") =>
        That(double.IsFinite(value), value, owner, "a finite number", option);

    public static double Inside01(double value, string owner, [CallerMemberName] string option = "") =>
        That(value is > 0 and < 1, value, owner, "between 0 and 1, both excluded", option);

    public static double Within01(double value, string owner, [CallerMemberName] string option = "") =>
        That(value is >= 0 and <= 1, value, owner, "in [0, 1]", option);

    /// <summary>What a discriminator should say: one-sided smoothing lowers it, and at 0 it would be the opposite.</summary>
    public static double Target(double value, string owner, [CallerMemberName] string option = "") =>
        That(value is > 0 and <= 1, value, owner, "in (0, 1]; 1 is no smoothing", option);

    /// <summary>How far from 1 a row of probabilities may sum to.</summary>
    public static double Tolerance(double value, string owner, [CallerMemberName] string option = "") =>
        That(value > 0, value, owner, "positive; infinity switches the check off", option);

    /// <summary>Any other requirement, in words that go after "must be".</summary>
    public static T That<T>(bool holds, T value, string owner, string requirement, [CallerMemberName] string option = "") => holds
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{owner}: {option} must be {requirement}.");
}
