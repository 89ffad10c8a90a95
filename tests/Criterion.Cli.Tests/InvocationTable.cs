using System.CommandLine;
using System.CommandLine.Completions;

namespace Criterion.Cli.Tests;

/// <summary>Command lines that are wrong in one way each, made for every option of every command.</summary>
internal static class InvocationTable
{
    /// <summary>Stands for the folder of <see cref="InvocationFolder"/>.</summary>
    public const string Folder = "{folder}";

    static readonly string[] NoNumbers = ["x", "NaN", "Infinity", "1e999", "0x10", " 5", "\u22125", "-1", "1,5", "1,000", "1.5.2", "5 000",
        "½"];

    static readonly string[] NoWholeNumbers = ["1e3", "0.5", "1_000", "99999999999999999999"];

    /// <summary>Each command line, and what its error says.</summary>
    public static IEnumerable<(string[] Args, string[] Says)> Rows() =>
        from command in Commands(Tool.Root(new ToolConsole(TextWriter.Null, TextWriter.Null, false), static () => CancellationToken.None,
            new Option<bool>("--debug")), [])
        where command.Command.Subcommands.Count == 0 || command.Command.Name == "train"
        from option in command.Command.Options
        where option.Name is not ("--help" or "--version" or "--debug")
        from row in Rows(command.Names, command.Command, option)
        select row;

    static IEnumerable<(Command Command, string[] Names)> Commands(Command command, string[] above) =>
        command.Subcommands.SelectMany(sub => Commands(sub, [.. above, sub.Name])).Prepend((command, above));

    static IEnumerable<(string[] Args, string[] Says)> Rows(string[] names, Command command, Option option)
    {
        string[] start = [.. names, .. Rest(command, option)];
        string[] With(params string[] values) => [.. start, .. values];
        if (option.ValueType == typeof(bool))
        {
            yield return (With($"{option.Name}=maybe"), [$"Invalid value 'maybe' for {option.Name}. Expected no value."]);
            yield return (With(Misspelt(option)), [$"There is no option '{Misspelt(option)}'", $"Did you mean {option.Name}?"]);
            yield break;
        }

        yield return (With(option.Name), [$"{option.Name} needs a value"]);
        yield return (With(option.Name, ""), [$"Invalid value '' for {option.Name}."]);
        yield return (With($"{option.Name}="), [option.Name]);
        yield return (With(option.Name, "  "), [$"Invalid value '  ' for {option.Name}."]);
        yield return (With($"{Misspelt(option)}=1"), [$"There is no option '{Misspelt(option)}'"]);
        if (option.Arity.MaximumNumberOfValues == 1)
        {
            yield return (With(option.Name, "1", option.Name, "2"), [$"{option.Name} is given 2 times ('1', '2'). Give it once."]);
        }

        foreach (string wrong in Wrong(option))
        {
            string hint = wrong.Contains(',', StringComparison.Ordinal) && char.IsAsciiDigit(wrong[0]) ? "Use a point" : "";
            yield return (With(option.Name, wrong), [$"Invalid value '{wrong}' for {option.Name}. Expected", hint]);
        }
    }

    // What the command needs besides.
    static string[] Rest(Command command, Option option)
    {
        string[] arguments = command.Name switch
        {
            "sample" or "search" or "report" or "export" => [$"{Folder}/run"],
            "evaluate" => ["ring", "ring"],
            "loss" => ["mse"],
            _ => [],
        };
        string file = command.Name is "sample" or "search" ? "new.png" : command.Name == "export" ? "new.onnx" : "new";
        return command.Options.FirstOrDefault(static other => other.Name is "--out" or "--onnx") is { } output && option != output
            ? [.. arguments, output.Name, $"{Folder}/{file}"]
            : arguments;
    }

    static string Misspelt(Option option) => $"{option.Name}q";

    static IEnumerable<string> Wrong(Option option)
    {
        Type type = option.ValueType.IsArray
            ? option.ValueType.GetElementType()!
            : Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        return type == typeof(double) ? NoNumbers
            : type != typeof(string) ? NoNumbers.Concat(NoWholeNumbers)
            : option.GetCompletions(CompletionContext.Empty).Any() ? ["x", "1", "STOP", "adam,rmsprop"]
            : [];
    }
}
