using System.CommandLine;
using System.CommandLine.Parsing;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The declared options of a training as options of the command line: name, help, completion, parsing and errors.</summary>
internal sealed class DeclaredOptions
{
    readonly (TrainingOption Declared, Option Option)[] _options;

    /// <summary>Creates the options.</summary>
    /// <param name="declared">The declared options.</param>
    /// <param name="defaults">The options whose values are shown as defaults.</param>
    /// <param name="help">Returns what the help adds to a description, and its text of the default, by property. Default: nothing.</param>
    public DeclaredOptions(
        IEnumerable<TrainingOption> declared, TrainingOptions defaults, Func<string, (string? More, string? Default)>? help = null) =>
        _options = [.. declared.Select(one => (one, Create(one, Description(one, defaults, help?.Invoke(one.Property) ?? default))))];

    /// <summary>Gets all options, in the order of their declarations.</summary>
    public IEnumerable<Option> All => _options.Select(static one => one.Option);

    /// <summary>Gets the option of a property.</summary>
    public Option this[string property] => _options.First(one => one.Declared.Property == property).Option;

    /// <summary>Returns the flag of a declared option, such as <c>--d-steps</c>.</summary>
    public static string Flag(TrainingOption declared) => $"--{declared.Name}";

    /// <summary>Returns options with the given values in place of the present ones; a flag that is given is true.</summary>
    /// <exception cref="TrainingException">Values are incompatible with one another.</exception>
    public TOptions Apply<TOptions>(TOptions options, ParseResult parsed)
        where TOptions : TrainingOptions =>
        _options.Aggregate(options, (changed, one) => parsed.GetResult(one.Option) is { Implicit: false } given
            ? one.Declared.Apply(changed, [.. given.Tokens.Select(static token => token.Value).DefaultIfEmpty("true")])
            : changed);

    static string Description(TrainingOption declared, TrainingOptions defaults, (string? More, string? Default) help)
    {
        string words = declared.Words.Count > 0 ? $": {ValueText.Choice(declared.Words)}" : "";
        string standard = help.Default ?? declared.Declaration.Default ?? declared.Format(defaults);
        return $"{declared.Declaration.Description}{words}{help.More} [default: {standard}]";
    }

    static Option Create(TrainingOption declared, string description) => (declared.IsList, declared.ValueType) switch
    {
        (true, var type) when type == typeof(int) => Create<int[]>(declared, description),
        (true, _) => Create<string[]>(declared, description),
        (_, var type) when type == typeof(int) => Create<int?>(declared, description),
        (_, var type) when type == typeof(ulong) => Create<ulong?>(declared, description),
        (_, var type) when type == typeof(double) => Create<double?>(declared, description),
        (_, var type) when type == typeof(bool) => new Option<bool>(Flag(declared)) { Description = description },
        _ => Create<string?>(declared, description),
    };

    // The type serves completion and arity only: values are read from their tokens by the declaration.
    static Option<T> Create<T>(TrainingOption declared, string description)
    {
        Option<T> option = new(Flag(declared))
        {
            Description = description,
            HelpName = declared.Declaration.ValueName,
            CustomParser = result => Parse<T>(result, declared),
        };
        option.CompletionSources.Add([.. declared.Words]);
        return option;
    }

    static T Parse<T>(ArgumentResult result, TrainingOption declared)
    {
        object?[] values = new object?[result.Tokens.Count];
        for (int i = 0; i < values.Length; i++)
        {
            string text = result.Tokens[i].Value;
            if (Error(declared, text, out values[i]) is { } error)
            {
                result.AddError(error);
                return default!;
            }
        }

        return values is [T value] ? value : default!;
    }

    // Text that is blank is refused for every option alike, with a hint at shell variables.
    static string? Error(TrainingOption declared, string text, out object? value)
    {
        value = null;
        if (string.IsNullOrWhiteSpace(text) || (declared.IsList && text == GanNames.None))
        {
            return null;
        }

        if (declared.Words.Count > 0 && !declared.Words.Contains(text))
        {
            return UsageErrors.InvalidNumber(text, Flag(declared), declared.Expected) + Suggestion.For(text, declared.Words);
        }

        try
        {
            value = declared.Parse(text);
            return null;
        }
        catch (TrainingException e)
        {
            return OptionText.IsNumber(declared.ValueType)
                ? UsageErrors.InvalidNumber(text, Flag(declared), declared.Expected)
                : $"{Flag(declared)} {UsageErrors.Shorten(text)}: {Flags.InPlaceOfNames(e.Message)}";
        }
    }
}
