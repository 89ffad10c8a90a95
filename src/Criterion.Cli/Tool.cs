using System.CommandLine;
using System.CommandLine.Help;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The <c>criterion</c> tool: its commands, and how errors look.</summary>
internal static class Tool
{
    public const int Success = 0;
    public const int Failure = 1;

    /// <summary>What a shell expects of a program that was interrupted.</summary>
    public const int Stopped = 130;

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, ToolConsole console, CancellationToken stop)
    {
        ParseResult parsed = Root(console, stop).Parse(args.Length > 0 ? args : ["--help"]);
        try
        {
            return parsed.Errors.Count > 0 ? Fail(console, Mistakes.Describe(parsed)) : parsed.Invoke(new InvocationConfiguration
            {
                Output = console.Output,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e) when (e is TrainingException or CatalogueException or TensorException or IOException or UnauthorizedAccessException)
        {
            return Fail(console, e.Message);
        }
    }

    /// <summary>The name of a file that is not there yet.</summary>
    /// <exception cref="IOException">It is there: nothing is written over in silence.</exception>
    public static string NewFile(string file) => !Path.Exists(file)
        ? file
        : throw new IOException($"'{file}' exists and is not written over. Name another file, or remove this one.");

    // A plain command, since a root command goes by the name of the executable file.
    static Command Root(ToolConsole console, CancellationToken stop) =>
        new("criterion", "Losses, and generative adversarial networks trained with them, in pure .NET.")
        {
            TrainCommand.Create(console, stop),
            SampleCommand.Create(console),
            SearchCommand.Create(console),
            EvaluateCommand.Create(console),
            ReportCommand.Create(console),
            CompareCommand.Create(console, stop),
            LossesCommand.Create(console),
            LossCommand.Create(console),
            new HelpOption { Recursive = true },
            new VersionOption(),
        };

    static int Fail(ToolConsole console, string message)
    {
        console.Error.WriteLine($"criterion: {message.ReplaceLineEndings(" ")}");
        return Failure;
    }
}
