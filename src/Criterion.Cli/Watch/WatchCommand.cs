using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion watch [RUN…]</c>.</summary>
internal sealed class WatchCommand
{
    const string Runs = "runs";

    readonly Argument<string[]> _runs = new("run")
    {
        Description = "Folders of runs, or of several of them; runs that begin later are shown as well [default: runs]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    readonly Option<int> _port = WatchOptions.PortOption();

    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new WatchCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(
            "watch",
            "Shows runs in the browser while they train: curves, samples, findings and options. For this machine only. Ctrl-C ends it.")
        {
            _runs, _port,
        };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        string[] folders = parsed.GetValue(_runs) is { Length: > 0 } given ? given : [Runs];
        if (folders.FirstOrDefault(static folder => !Directory.Exists(folder)) is { } missing)
        {
            throw new ToolException(
                $"There is no folder '{missing}'. Give the folder of a run, or one with runs; train writes to '{Runs}'.");
        }

        CancellationToken token = stop();
        using WatchServer server = WatchServer.Start(new RunBoard(folders), parsed.GetValue(_port), _port.Name);
        console.Output.WriteLine($"Watching {string.Join(", ", folders)}: {server.Address}");
        console.Output.WriteLine("Ctrl-C ends it.");
        token.WaitHandle.WaitOne();
        return Tool.Success;
    }
}
