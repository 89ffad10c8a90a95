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

    /// <summary>Gets all of these options.</summary>
    public IReadOnlyList<Option> All => [_tensorBoard, _histogramEvery];

    /// <summary>Gets the names of these options as an enumeration.</summary>
    public string Names => $"{string.Join(", ", All.SkipLast(1).Select(static option => option.Name))} and {All[^1].Name}";

    /// <summary>Refuses options without an effect.</summary>
    /// <exception cref="ToolException">There is one.</exception>
    public void Check(ParseResult parsed)
    {
        if (parsed.IsGiven(_histogramEvery) && !parsed.GetValue(_tensorBoard))
        {
            throw new ToolException($"{_histogramEvery.Name} has no effect without {_tensorBoard.Name}. Give both, or neither.");
        }
    }

    /// <summary>Returns the options of the event files; null for none.</summary>
    public TensorBoardOptions? TensorBoard(ParseResult parsed) =>
        !parsed.GetValue(_tensorBoard) ? null : parsed.GetValue(_histogramEvery) is { } every ? new(every) : new();
}
