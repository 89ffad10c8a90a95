using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The <c>criterion</c> tool: its commands, and how errors look.</summary>
internal static class Tool
{
    public const int Success = 0;
    public const int Failure = 1;

    /// <summary>What a shell expects of a program that was interrupted.</summary>
    public const int Stopped = 130;

    // A message may quote what was typed, however long that is.
    const int MostShown = 1500;

    // Paths may begin with @: no file is opened in search of more arguments.
    static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <inheritdoc cref="Run(string[], ToolConsole, Func{CancellationToken})"/>
    public static int Run(string[] args, ToolConsole console, CancellationToken stop) => Run(args, console, () => stop);

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="console">Where it writes.</param>
    /// <param name="stop">Called by a command that can stop before its end.</param>
    /// <returns>The exit code. No exception leaves this method.</returns>
    public static int Run(string[] args, ToolConsole console, Func<CancellationToken> stop)
    {
        Option<bool> debug = CommonOptions.Flag("--debug", "Print the stack trace of an error");
        debug.Recursive = true;
        ParseResult? parsed = null;
        try
        {
            // A stream that is closed says so now, not after half of the work.
            console.Output.Flush();
            parsed = Root(console, stop, debug).Parse(args.Length > 0 ? args : ["--help"], Parsing);
            return Mistakes.Find(parsed, args) is { } mistake ? Fail(console, mistake) : parsed.Invoke(new InvocationConfiguration
            {
                Output = console.Output,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException)
        {
            return Stopped;
        }
        catch (Exception e)
        {
            return Fail(console, Describe(e), parsed?.GetValue(debug) == true ? e : null);
        }
    }

    /// <summary>All commands.</summary>
    /// <remarks>A plain command, since a root command goes by the name of the executable file.</remarks>
    internal static Command Root(ToolConsole console, Func<CancellationToken> stop, Option<bool> debug) =>
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
            debug,
        };

    // The last one is a fault of the tool; the others have a message for whoever typed the command.
    static string Describe(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var first, ..] } => Describe(first),
        TargetInvocationException { InnerException: { } inner } => Describe(inner),
        UnauthorizedAccessException => $"{Sentence(e)} Check its permissions.",
        TrainingException => Flags.InPlaceOfNames(e.Message),
        ToolException or TensorException or IOException => e.Message,
        OutOfMemoryException => "There is not enough memory. Make the numbers smaller: samples to draw, --batch, --width, --latent or --size.",
        _ => $"Unexpected error: {Sentence(e)} Run again with --debug for the trace.",
    };

    static string Sentence(Exception e) => $"{e.Message.TrimEnd('.')}.";

    static int Fail(ToolConsole console, string message, Exception? trace = null)
    {
        string line = ToolConsole.OneLine(message);
        console.Error.WriteLine($"criterion: {(line.Length > MostShown ? $"{line[..(MostShown / 2)]} … {line[^(MostShown / 2)..]}" : line)}");
        if (trace is not null)
        {
            console.Error.WriteLine(trace);
        }

        return Failure;
    }
}
