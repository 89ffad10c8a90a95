using Spectre.Console;

namespace Criterion.Cli;

/// <summary>Where the tool writes: results and progress, errors, and whether a person watches.</summary>
internal sealed record ToolConsole(TextWriter Output, TextWriter Error, bool IsInteractive)
{
    /// <summary>The process's own console.</summary>
    public static ToolConsole System() => new(Console.Out, Console.Error, !Console.IsOutputRedirected);

    /// <summary>The console for progress bars; made late, as it looks at the terminal.</summary>
    public IAnsiConsole Ansi() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) });
}
