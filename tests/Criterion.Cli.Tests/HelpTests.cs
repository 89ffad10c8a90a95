using System.CommandLine;
using Criterion.Tests.Repository;

namespace Criterion.Cli.Tests;

/// <summary>The help texts, each as an approved file, so that every change of a word shows.</summary>
public class HelpTests
{
    const string Cores = "<cores>";
    const int Width = 120;

    static readonly string Folder = RepositoryRoot.File("tests", "Criterion.Cli.Tests", "Help");

    public static TheoryData<string> Commands
    {
        get
        {
            ToolConsole console = new(TextWriter.Null, TextWriter.Null, IsInteractive: false);
            return [.. Names(Tool.Root(console, static () => CancellationToken.None, new Option<bool>("--debug")))];
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_is_as_approved(string command)
    {
        string approved = Path.Combine(Folder, $"{command.Replace(' ', '-')}.txt");
        string received = Path.ChangeExtension(approved, ".received.txt");
        string actual = WithoutMachine(Help(Width, [.. command.Split(' ')[1..]]));

        if (!File.Exists(approved) || File.ReadAllText(approved).ReplaceLineEndings("\n") != actual)
        {
            File.WriteAllText(received, actual);
            Assert.Fail($"The help of '{command}' changed. If that is intended, move {received} over {approved}.\n{actual}");
        }
    }

    [Fact]
    public void Every_approved_help_has_a_command() => Assert.Equal(
        Commands.Select(static row => $"{row.Data.Replace(' ', '-')}.txt").Order(StringComparer.Ordinal),
        Directory.GetFiles(Folder).Select(Path.GetFileName).Where(static name => !name!.Contains(".received."))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Help_keeps_within_a_terminal()
    {
        const int Narrow = 80;

        Assert.All(Help(Narrow, "train").Split('\n'), static line => Assert.True(line.Trim().Length <= Narrow, line));
    }

    static string Help(int width, params string[] command)
    {
        using StringWriter output = new();
        ToolConsole console = new(output, TextWriter.Null, IsInteractive: true, TerminalWidth: width);
        Assert.Equal(Tool.Success, Tool.Run([.. command, "--help"], console, CancellationToken.None));
        return output.ToString();
    }

    static IEnumerable<string> Names(Command command, string above = "")
    {
        string name = $"{above}{command.Name}";
        return command.Subcommands.SelectMany(sub => Names(sub, $"{name} ")).Prepend(name);
    }

    // The default of --threads is the number of cores.
    static string WithoutMachine(string help) => string.Join('\n', help.ReplaceLineEndings("\n").TrimEnd().Split('\n')
        .Select(static line => line.Contains("--threads", StringComparison.Ordinal)
            ? line.Replace($"[default: {Environment.ProcessorCount}]", $"[default: {Cores}]", StringComparison.Ordinal)
            : line)
        .Select(static line => line.TrimEnd())) + "\n";
}
