using System.Globalization;

namespace Criterion.Cli.Tests;

/// <summary>Command lines of the tool, run in this process.</summary>
internal static class ToolRun
{
    /// <summary>What a command line leaves: its exit code, and what it wrote.</summary>
    public static (int Code, string Output, string Error) Run(params string[] args) => Run(CancellationToken.None, args);

    /// <inheritdoc cref="Run(string[])"/>
    public static (int Code, string Output, string Error) Run(CancellationToken stop, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            // As in a process of its own: the tool is built without cultures.
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            int code = Tool.Run(args, new ToolConsole(output, error, IsInteractive: false), stop);
            return (code, output.ToString(), error.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    /// <summary>Asks that a command ended well; what it said otherwise is the message.</summary>
    public static void Succeeded((int Code, string Output, string Error) run) =>
        Assert.True(run.Code == 0, $"exit code {run.Code}: {run.Error}{run.Output}");
}
