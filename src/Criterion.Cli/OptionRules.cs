using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Criterion.Cli;

/// <summary>What values must satisfy; the error for a wrong one names the option, the value, and what it takes.</summary>
internal static class OptionRules
{
    /// <summary>Whole numbers within a range.</summary>
    public static Option<T> Within<T>(this Option<T> option, long low, long high = int.MaxValue) => option.Must(
        text => long.TryParse(text, CultureInfo.InvariantCulture, out long value) && value >= low && value <= high,
        $"a whole number from {low} to {high}");

    /// <summary>Positive numbers.</summary>
    public static Option<double?> Positive(this Option<double?> option) => option.Must(static text => Number(text) > 0, "a positive number, such as 2e-4");

    /// <summary>The finite number that a text says, or NaN, which passes no test.</summary>
    public static double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : double.NaN;

    /// <summary>A few words.</summary>
    public static Option<T> OneOf<T>(this Option<T> option, params string[] words) =>
        option.Must(words.Contains, string.Join(" or ", words));

    /// <inheritdoc cref="OneOf{T}(Option{T}, string[])"/>
    public static Argument<T> OneOf<T>(this Argument<T> argument, params string[] words)
    {
        argument.CompletionSources.Add(words);
        argument.Validators.Add(result => Check(result, argument.Name, words.Contains, string.Join(" or ", words), words));
        return argument;
    }

    /// <summary>Values that pass a test.</summary>
    public static Option<T> Must<T>(this Option<T> option, Func<string, bool> test, string takes)
    {
        option.Validators.Add(result => Check(result, option.Name, test, takes, []));
        return option;
    }

    static void Check(SymbolResult result, string name, Func<string, bool> test, string takes, string[] words)
    {
        if (result.Tokens.FirstOrDefault(token => !test(token.Value)) is { } wrong)
        {
            result.AddError($"'{wrong.Value}' is no value for {name}: it takes {takes}.{Mistakes.Suggest(wrong.Value, words)}");
        }
    }
}
