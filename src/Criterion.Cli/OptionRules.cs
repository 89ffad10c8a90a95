using System.CommandLine;
using System.CommandLine.Parsing;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>
/// The values that options accept. A rule also converts the value; its error names the option, the value and what is expected.
/// </summary>
internal static class OptionRules
{
    /// <summary>Accepts integers in a range.</summary>
    public static Option<int> Within(this Option<int> option, int low, int high = int.MaxValue)
    {
        option.CustomParser = result => (int)Whole(result, option.Name, low, high).FirstOrDefault();
        return option;
    }

    /// <inheritdoc cref="Within(Option{int}, int, int)"/>
    public static Option<int?> Within(this Option<int?> option, int low, int high = int.MaxValue)
    {
        option.CustomParser = result => (int)Whole(result, option.Name, low, high).FirstOrDefault();
        return option;
    }

    /// <summary>Accepts integers of at least 0.</summary>
    public static Option<ulong> NotNegative(this Option<ulong> option)
    {
        option.CustomParser = result => (ulong)Whole(result, option.Name, 0, long.MaxValue).FirstOrDefault();
        return option;
    }

    /// <summary>Accepts numbers that pass a test.</summary>
    public static Option<double?> That(this Option<double?> option, Func<double, bool> test, string expected)
    {
        option.CustomParser = result => Parse(
            result,
            option.Name,
            text => NumberText.TryParse(text, out double value) && test(value) ? value : (double?)null,
            expected).FirstOrDefault();
        return option;
    }

    /// <summary>Accepts some words only.</summary>
    public static Option<T> OneOf<T>(this Option<T> option, params string[] words)
    {
        option.CompletionSources.Add(words);
        option.Validators.Add(result => Check(result, option.Name, words.Contains, OneOf(words), words));
        return option;
    }

    /// <inheritdoc cref="OneOf{T}(Option{T}, string[])"/>
    public static Argument<T> OneOf<T>(this Argument<T> argument, string[] words, params string[] otherSuggestions)
    {
        argument.CompletionSources.Add(words);
        argument.Validators.Add(result => Check(result, argument.Name, words.Contains, OneOf(words), [.. words, .. otherSuggestions]));
        return argument;
    }

    /// <summary>Accepts texts that pass a test.</summary>
    public static Option<T> Must<T>(this Option<T> option, Func<string, bool> test, string expected)
    {
        option.Validators.Add(result => Check(result, option.Name, test, expected, []));
        return option;
    }

    /// <summary>Returns alternatives as a text: a, b or c.</summary>
    public static string OneOf(IReadOnlyList<string> words) => ValueText.Choice(words);

    static IEnumerable<long> Whole(ArgumentResult result, string name, long low, long high) => Parse(
        result,
        name,
        text => NumberText.TryParse(text, out long value) && value >= low && value <= high ? value : (long?)null,
        $"a whole number from {low} to {high}");

    // All values, or none and an error.
    static List<T> Parse<T>(ArgumentResult result, string name, Func<string, T?> parse, string expected)
        where T : struct
    {
        List<T> values = [];
        foreach (Token token in result.Tokens)
        {
            if (parse(token.Value) is not { } value)
            {
                result.AddError(UsageErrors.InvalidNumber(token.Value, name, expected));
                return [];
            }

            values.Add(value);
        }

        return values;
    }

    static void Check(SymbolResult result, string name, Func<string, bool> test, string expected, string[] words)
    {
        if (result.Tokens.FirstOrDefault(token => !test(token.Value)) is { } wrong)
        {
            result.AddError($"{UsageErrors.InvalidNumber(wrong.Value, name, expected)}{Suggestion.For(wrong.Value, words)}");
        }
    }
}
