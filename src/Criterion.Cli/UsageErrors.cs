using System.CommandLine;
using System.CommandLine.Parsing;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The errors of a command line, each in one line.</summary>
internal static class UsageErrors
{
    const int MostShown = 100;

    /// <summary>Returns the first error of a command line, or null.</summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <param name="args">The arguments as they were typed.</param>
    public static string? Find(ParseResult parsed, string[] args)
    {
        if (parsed.Action?.ClearsParseErrors == true)
        {
            return null;
        }

        CommandResult at = parsed.CommandResult;
        OptionResult[] given = [.. at.Children.OfType<OptionResult>().Where(static option => !option.Implicit)];
        string? error = UnknownCommand(parsed) ?? UnknownOption(parsed, given) ?? FlagWithValue(at, args) ?? Misplaced(at)
            ?? First(given.Select(Count)) ?? Missing(at) ?? Extra(parsed);
        return error is not null ? $"{error} See: {Name(at)} --help"
            : parsed.Errors is [var first, ..] ? first.Message
            : First(at.Children.Select(Empty));
    }

    /// <summary>Returns the error of an invalid value of an option or argument.</summary>
    public static string Invalid(string value, string name, string expected) =>
        $"Invalid value '{Shorten(value)}' for {name}. Expected {expected}.";

    /// <summary>Returns the same error with a hint for a number with a comma.</summary>
    public static string InvalidNumber(string value, string name, string expected) =>
        Invalid(value, name, expected) + NumberText.Hint(value);

    /// <summary>Returns a text as an error quotes it: at most its first 100 characters.</summary>
    public static string Shorten(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}…";

    static string? First(IEnumerable<string?> found) => found.FirstOrDefault(static error => error is not null);

    static string? UnknownCommand(ParseResult parsed) =>
        parsed.CommandResult.Command is { Subcommands.Count: > 0, Arguments.Count: 0 } command
        && parsed.UnmatchedTokens is [var name, ..] && !IsOption(name)
            ? $"There is no command '{Shorten(name)}'.{Suggestion.For(name, command.Subcommands.Select(static sub => sub.Name))}"
            : null;

    static string? UnknownOption(ParseResult parsed, OptionResult[] given)
    {
        string[] options = [.. Known(parsed.CommandResult).SelectMany(static option => option.Aliases.Prepend(option.Name))];
        HashSet<Token> values = new([.. given.SelectMany(static option => option.Tokens)], ReferenceEqualityComparer.Instance);
        IEnumerable<Token> tokens = parsed.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash)
            .Where(token => !values.Contains(token));
        return tokens.Select(static token => token.Value.Split('=')[0])
            .FirstOrDefault(token => IsOption(token) && !options.Contains(token)) is { } option
            ? $"There is no option '{Shorten(option)}'.{Suggestion.For(option, options)}"
            : null;
    }

    // The parser reads the text after the = of a flag as the next argument.
    static string? FlagWithValue(CommandResult at, string[] args)
    {
        string[] flags = [.. Known(at).Where(static option => option.ValueType == typeof(bool)).Select(static option => option.Name)];
        return args.Select(static arg => arg.Split('=', 2))
            .FirstOrDefault(parts => parts.Length == 2 && flags.Contains(parts[0])) is [var flag, var value]
            ? Invalid(value, flag, "no value")
            : null;
    }

    // The options of the command, and the recursive ones of its parents.
    static IEnumerable<Option> Known(CommandResult at) => at.Parent is CommandResult above
        ? at.Command.Options.Concat(Known(above).Where(static option => option.Recursive))
        : at.Command.Options;

    // Arguments before a subcommand belong to the parent command, which does not run.
    static string? Misplaced(CommandResult at) => at.Parent is not CommandResult above ? null
        : First(above.Children.Select(static child => child switch
        {
            OptionResult { Implicit: false, Option: { Recursive: false, Name: var name } } => name,
            ArgumentResult { Tokens: [{ Value: var value }, ..] } => $"'{Shorten(value)}'",
            _ => null,
        })) is { } found
            ? $"{found} has no effect before '{at.Command.Name}'. Move it after '{at.Command.Name}', if that has such an option."
            : Misplaced(above);

    static string? Count(OptionResult given)
    {
        ArgumentArity arity = given.Option.Arity;
        return given.Tokens.Count < arity.MinimumNumberOfValues
            ? $"{given.Option.Name} needs a value: <{given.Option.HelpName}>."
            : given.Tokens.Count > arity.MaximumNumberOfValues && arity.MaximumNumberOfValues > 0
                ? $"{given.Option.Name} is given {given.Tokens.Count} times "
                    + $"({string.Join(", ", given.Tokens.Take(3).Select(static token => $"'{Shorten(token.Value)}'"))}). Give it once."
                : null;
    }

    static string? Missing(CommandResult at)
    {
        if (at.Command.Action is null)
        {
            return $"{Name(at)} needs a command.";
        }

        IEnumerable<Argument> required = at.Command.Arguments
            .Where(static argument => argument.Arity.MinimumNumberOfValues > 0 && !argument.HasDefaultValue);
        if (required.FirstOrDefault(argument => at.GetResult(argument) is not { Tokens.Count: > 0 }) is { } missing)
        {
            return $"{Name(at)} needs <{missing.Name}>.";
        }

        return at.Command.Options.FirstOrDefault(option => option.Required && at.GetResult(option) is not { Implicit: false }) is { } option
            ? $"{option.Name} <{option.HelpName}> is required."
            : null;
    }

    static string? Extra(ParseResult parsed) =>
        parsed.UnmatchedTokens is [var extra, ..] ? $"Unexpected argument '{Shorten(extra)}'." : null;

    static string? Empty(SymbolResult result) => result switch
    {
        OptionResult option => Empty(option.Tokens, option.Option.Name, option.Option.HelpName!),
        ArgumentResult argument => Empty(argument.Tokens, argument.Argument.Name, argument.Argument.Name),
        _ => null,
    };

    static string? Empty(IEnumerable<Token> tokens, string name, string expected) =>
        tokens.FirstOrDefault(static token => string.IsNullOrWhiteSpace(token.Value)) is { } empty
            ? $"{Invalid(empty.Value, name, $"<{expected}>")} An unset shell variable gives an empty value."
            : null;

    // A negative number is a value.
    static bool IsOption(string token) => token.Length > 1 && token[0] == '-' && !char.IsAsciiDigit(token[1]);

    static string Name(SymbolResult result) => result.Parent is CommandResult above
        ? $"{Name(above)} {((CommandResult)result).Command.Name}"
        : ((CommandResult)result).Command.Name;
}
