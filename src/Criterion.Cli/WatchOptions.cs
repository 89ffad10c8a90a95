using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of how a training is watched.</summary>
internal sealed class WatchOptions
{
    readonly Option<bool> _tensorBoard = CommonOptions.Flag(
        "--tensorboard", "Write an event file for TensorBoard to the folder of the run: curves, sample grids and histograms");

    readonly Option<int?> _histogramEvery = new Option<int?>("--histogram-every")
    {
        Description = "Steps between two histograms of weights and gradients in the event file; 0 for none "
            + $"[default: {new TensorBoardOptions().HistogramEvery}]",
        HelpName = "steps",
    }.Within(0);

    readonly Option<bool> _watch = CommonOptions.Flag("--watch", "Show the training in the browser, on this machine, while it lasts");

    readonly Option<int> _port = PortOption();

    /// <summary>Gets all of these options.</summary>
    public IReadOnlyList<Option> All => [_watch, _port, _tensorBoard, _histogramEvery];

    /// <summary>Gets the names of these options as an enumeration.</summary>
    public string Names => $"{string.Join(", ", All.SkipLast(1).Select(static option => option.Name))} and {All[^1].Name}";

    /// <summary>Refuses options without an effect.</summary>
    /// <exception cref="ToolException">There is one.</exception>
    public void Check(ParseResult parsed)
    {
        CheckUse(parsed, _histogramEvery, _tensorBoard);
        CheckUse(parsed, _port, _watch);
        if (parsed.GetValue(_watch))
        {
            WatchServer.CheckPort(parsed.GetValue(_port), _port.Name);
        }
    }

    /// <summary>Creates the option for the port.</summary>
    public static Option<int> PortOption() => new Option<int>("--port")
    {
        Description = "Port of the page; 0 for a free one",
        DefaultValueFactory = _ => 0,
        HelpName = "number",
    }.Within(0, 65535);

    /// <summary>Starts to show a run in the browser if that is asked for, and writes the address; else returns null.</summary>
    public WatchServer? Start(ParseResult parsed, string folder, ToolConsole console)
    {
        if (!parsed.GetValue(_watch))
        {
            return null;
        }

        WatchServer server = WatchServer.Start(new RunBoard([folder]), parsed.GetValue(_port), _port.Name);
        console.Output.WriteLine($"Watch it: {server.Address}");
        return server;
    }

    static void CheckUse(ParseResult parsed, Option option, Option<bool> needed)
    {
        if (parsed.IsGiven(option) && !parsed.GetValue(needed))
        {
            throw new ToolException($"{option.Name} has no effect without {needed.Name}. Give both, or neither.");
        }
    }

    /// <summary>Returns the options of the event files; null for none.</summary>
    public TensorBoardOptions? TensorBoard(ParseResult parsed) =>
        !parsed.GetValue(_tensorBoard) ? null : parsed.GetValue(_histogramEvery) is { } every ? new(every) : new();
}
