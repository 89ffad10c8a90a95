using System.Runtime.InteropServices;
using Spectre.Console;

namespace Criterion.Cli;

/// <summary>The streams that the tool writes to.</summary>
/// <param name="Output">Results and progress.</param>
/// <param name="Error">Errors, warnings and notes.</param>
/// <param name="IsInteractive">Whether the output is a terminal.</param>
/// <param name="TerminalWidth">The columns of the terminal, in characters. Default: those of the process's own terminal.</param>
internal sealed partial record ToolConsole(TextWriter Output, TextWriter Error, bool IsInteractive, int? TerminalWidth = null)
{
    const int MostForProse = 100;

    // A line of a table in a file is never broken.
    const int Unlimited = 10_000;

    /// <summary>Gets the width that tables keep within: that of a terminal, and unlimited in a file.</summary>
    public int TableWidth => IsInteractive ? TerminalWidth ?? Ansi().Profile.Width : Unlimited;

    /// <summary>Gets the width that paragraphs keep within.</summary>
    public int ProseWidth => Math.Min(MostForProse, TableWidth);

    /// <summary>The process's own console. What can't be reported on standard error is not reported; the exit code remains.</summary>
    public static ToolConsole System() => new(
        new GuardedWriter(static () => Open(1, static () => Console.Out), static e => throw new ToolException($"Standard output cannot be written ({e.Message.TrimEnd('.')}). Redirect it to a file or to /dev/null.", e)),
        new GuardedWriter(static () => Open(2, static () => Console.Error), static _ => { }),
        !Console.IsOutputRedirected);

    // Of a stream that is closed the runtime takes the number for a file of its own: writing nothing tells.
    static TextWriter Open(int file, Func<TextWriter> writer) => OperatingSystem.IsWindows() || Write(file, 0, 0) >= 0
        ? writer()
        : throw new IOException("it is closed");

    /// <summary>Says on standard error what a person should know of the data, a line each.</summary>
    public void Note(IEnumerable<string> notes)
    {
        foreach (string note in notes.Distinct())
        {
            Error.WriteLine($"note: {OneLine(note)}");
        }
    }

    /// <summary>A message on one line, whatever it quotes.</summary>
    public static string OneLine(string message) => string.Concat(message.ReplaceLineEndings(" ").Select(static c => char.IsControl(c) ? ' ' : c));

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, nint bytes, nint count);

    /// <summary>The console for progress bars; made late, as it looks at the terminal.</summary>
    public IAnsiConsole Ansi() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) });
}
