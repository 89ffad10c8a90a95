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

    /// <summary>
    /// Returns the console of the process. Errors that cannot be written to standard error are dropped; the exit code remains.
    /// </summary>
    public static ToolConsole System() => new(
        new GuardedWriter(static () => Open(1, static () => Console.Out), static e => throw Unwritable(e)),
        new GuardedWriter(static () => Open(2, static () => Console.Error), static _ => { }),
        !Console.IsOutputRedirected);

    static ToolException Unwritable(Exception e) =>
        new($"Standard output cannot be written ({e.Message.TrimEnd('.')}). Redirect it to a file or to /dev/null.", e);

    // The runtime may reuse the descriptor of a closed stream for another file: an empty write detects that the stream is closed.
    static TextWriter Open(int file, Func<TextWriter> writer) => OperatingSystem.IsWindows() || Write(file, 0, 0) >= 0
        ? writer()
        : throw new IOException("it is closed");

    /// <summary>Writes notes to standard error, a line each.</summary>
    public void Note(IEnumerable<string> notes)
    {
        foreach (string note in notes.Distinct())
        {
            Error.WriteLine($"note: {OneLine(note)}");
        }
    }

    /// <summary>Returns a message as one line, whatever it quotes.</summary>
    public static string OneLine(string message) =>
        string.Concat(message.ReplaceLineEndings(" ").Select(static c => char.IsControl(c) ? ' ' : c));

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, nint bytes, nint count);

    /// <summary>Creates the console for progress bars. Only callers that need it pay for its inspection of the terminal.</summary>
    public IAnsiConsole Ansi() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) });
}
