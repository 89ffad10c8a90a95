using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Criterion.Formats;
using Criterion.Images;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The <c>criterion</c> tool: its commands, and the form of its errors.</summary>
internal static class Tool
{
    public const int Success = 0;
    public const int Failure = 1;

    /// <summary>The exit code of an interrupted program by the convention of shells: 128 + SIGINT.</summary>
    public const int Stopped = 130;

    // A message may quote an argument of any length.
    const int MostShown = 1500;

    // Paths may begin with @, so response files are off.
    static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <inheritdoc cref="Run(string[], ToolConsole, Func{CancellationToken})"/>
    public static int Run(string[] args, ToolConsole console, CancellationToken stop) => Run(args, console, () => stop);

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="console">The streams that it writes to.</param>
    /// <param name="stop">Returns the request to stop; called by a command that can stop early.</param>
    /// <returns>The exit code. Every exception becomes a message and an exit code.</returns>
    public static int Run(string[] args, ToolConsole console, Func<CancellationToken> stop)
    {
        Option<bool> debug = CommonOptions.Flag("--debug", "Print the stack trace of an error");
        debug.Recursive = true;
        ImageDecoders.Register(new SkiaImageDecoder());
        ParseResult? parsed = null;
        try
        {
            // Finds a closed stream now, not after half of the work.
            console.Output.Flush();
            parsed = Root(console, stop, debug).Parse(args.Length > 0 ? args : ["--help"], Parsing);
            return UsageErrors.Find(parsed, args) is { } error ? Fail(console, error) : parsed.Invoke(new InvocationConfiguration
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

    /// <summary>Creates all commands.</summary>
    /// <remarks>The root is a plain command, since a root command has the name of the executable file.</remarks>
    internal static Command Root(ToolConsole console, Func<CancellationToken> stop, Option<bool> debug) =>
        new("criterion", "Losses, and trainings of generative adversarial networks and of embeddings with them, in pure .NET.")
        {
            TrainCommand.Create(console, stop),
            SampleCommand.Create(console),
            ExportCommand.Create(console),
            SearchCommand.Create(console),
            EvaluateCommand.Create(console),
            ReportCommand.Create(console),
            WatchCommand.Create(console, stop),
            CompareCommand.Create(console, stop),
            LossesCommand.Create(console),
            LossCommand.Create(console),
            new HelpOption { Recursive = true, Action = new SubcommandHelp(console.TableWidth) },
            new VersionOption(),
            debug,
        };

    // Only the last one is a bug of the tool; the messages of the others are written for users.
    static string Describe(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var first, ..] } => Describe(first),
        TargetInvocationException { InnerException: { } inner } => Describe(inner),
        UnauthorizedAccessException => $"{Sentence(e)} Check its permissions.",
        TrainingException or DataFormatException => Flags.InPlaceOfNames(e.Message),
        ToolException or CriterionException or IOException => e.Message,
        OutOfMemoryException => "There is not enough memory. Reduce the number of samples, --batch, --width, --latent or --size.",
        _ => $"Unexpected error: {Sentence(e)} Run again with --debug for the trace.",
    };

    static string Shorten(string line) =>
        line.Length > MostShown ? $"{line[..(MostShown / 2)]} … {line[^(MostShown / 2)..]}" : line;

    static string Sentence(Exception e) => $"{e.Message.TrimEnd('.')}.";

    static int Fail(ToolConsole console, string message, Exception? trace = null)
    {
        string line = ToolConsole.OneLine(message);
        console.Error.WriteLine($"criterion: {Shorten(line)}");
        if (trace is not null)
        {
            console.Error.WriteLine(trace);
        }

        return Failure;
    }
}
