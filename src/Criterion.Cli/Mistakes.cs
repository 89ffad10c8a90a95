using System.CommandLine;
using System.CommandLine.Parsing;

namespace Criterion.Cli;

/// <summary>Says in one line what is wrong with a command line, and what was probably meant.</summary>
internal static class Mistakes
{
    /// <summary>The first mistake of a command line that could not be parsed.</summary>
    public static string Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string[] options = [.. command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))];
        string help = $"See: {string.Join(' ', Path(parsed.CommandResult))} --help";
        if (parsed.Tokens.Select(token => token.Value.Split('=')[0]).FirstOrDefault(token => IsOption(token) && !options.Contains(token)) is { } option)
        {
            return $"There is no option '{option}'.{Suggest(option, options)} {help}";
        }

        return command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var name, ..]
            ? $"There is no command '{name}'.{Suggest(name, command.Subcommands.Select(sub => sub.Name))} {help}"
            : $"{parsed.Errors[0].Message} {help}";
    }

    /// <summary>" Did you mean …?" for a name that is close enough, else nothing.</summary>
    public static string Suggest(string typed, IEnumerable<string> names) =>
        names.MinBy(name => Distance(typed, name)) is { } best && Distance(typed, best) <= Math.Max(2, best.Length / 3)
            ? $" Did you mean {best}?"
            : "";

    // A negative number is a value.
    static bool IsOption(string token) => token.Length > 1 && token[0] == '-' && !char.IsAsciiDigit(token[1]);

    static IEnumerable<string> Path(SymbolResult result) => result is CommandResult command
        ? (command.Parent is null ? [] : Path(command.Parent)).Append(command.Command.Name)
        : [];

    /// <summary>Levenshtein's distance: insertions, deletions and replacements that turn one into the other.</summary>
    static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
