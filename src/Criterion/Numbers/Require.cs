using System.Runtime.CompilerServices;

namespace Criterion;

/// <summary>
/// Checks of options and arguments: returns the value, or throws an error with the owner, the option, its value and what is allowed.
/// </summary>
/// <remarks>
/// One rule for all numeric options: they must be finite, unless infinity has a meaning, such as the maximum norm or a
/// tolerance that is never exceeded. An epsilon must be positive where it alone prevents a division by zero, and non-negative where 0
/// switches it off. The option is named by the expression that was passed, or by the property where that is its <c>value</c>.
/// </remarks>
internal static class Require
{
    public static double Positive(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value is > 0 and < double.PositiveInfinity, value, owner, "positive and finite", option, property);

    public static double NonNegative(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value is >= 0 and < double.PositiveInfinity, value, owner, "0 or more, and finite", option, property);

    public static double Finite(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(double.IsFinite(value), value, owner, "finite", option, property);

    /// <summary>Requires a number in (0, 1).</summary>
    public static double InOpenUnitInterval(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value is > 0 and < 1, value, owner, "in (0, 1)", option, property);

    /// <summary>Requires a number in [0, 1].</summary>
    public static double InUnitInterval(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value is >= 0 and <= 1, value, owner, "in [0, 1]", option, property);

    /// <summary>Requires a decay rate in [0, 1): at 1 an average would never move.</summary>
    public static double Decay(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value is >= 0 and < 1, value, owner, "in [0, 1)", option, property);

    /// <summary>
    /// Requires a discriminator's target for real images: one-sided label smoothing lowers it, and 0 would be the target for fakes.
    /// </summary>
    public static double SmoothedTarget(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value is > 0 and <= 1, value, owner, "in (0, 1]; 1 is no label smoothing", option, property);

    /// <summary>Requires a tolerance: positive, or infinite to switch the check off.</summary>
    public static double Tolerance(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value > 0, value, owner, "positive; infinity switches the check off", option, property);

    /// <summary>Requires the degree of a norm: at least 1, or infinite for the maximum norm.</summary>
    public static double NormDegree(
        double value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value >= 1, value, owner, "at least 1 (2 is Euclidean, infinity the maximum norm)", option, property);

    public static int AtLeast(
        int least,
        int value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value >= least, value, owner, $"at least {least}", option, property);

    public static long AtLeast(
        long least,
        long value,
        string owner,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "") =>
        That(value >= least, value, owner, $"at least {least}", option, property);

    /// <summary>Requires a condition, described by what follows "must be".</summary>
    public static T That<T>(
        bool isMet,
        T value,
        string owner,
        string requirement,
        [CallerArgumentExpression(nameof(value))] string option = "",
        [CallerMemberName] string property = "")
    {
        if (isMet)
        {
            return value;
        }

        string name = option == "value" ? property : option;
        throw new ArgumentOutOfRangeException(name, value, $"{owner}: {name} must be {requirement}.");
    }
}
