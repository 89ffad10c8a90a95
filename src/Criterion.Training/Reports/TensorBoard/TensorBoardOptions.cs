namespace Criterion.Training;

/// <summary>
/// The event file that a run writes to its folder for TensorBoard: a scalar for each column of <c>losses.csv</c> and
/// <c>measures.csv</c>, the sample grids, and histograms of weights and gradients. It does not change the training.
/// </summary>
/// <example><code>
/// GanRun run = GanRun.Open("runs/mine", data, options);
/// run.TensorBoard = new TensorBoardOptions(histogramEvery: 100);
/// run.Execute();      // then: tensorboard --logdir runs
/// </code></example>
public sealed record TensorBoardOptions
{
    /// <summary>The first part of the name of every event file; the time of its creation follows.</summary>
    internal const string FilePrefix = "events.out.tfevents.";

    /// <summary>Initializes the options.</summary>
    /// <param name="histogramEvery">
    /// The steps between two histograms of every parameter and its gradient, of each network; at least 0, which writes none.
    /// Default: 250.
    /// </param>
    public TensorBoardOptions(int histogramEvery = 250) => HistogramEvery = histogramEvery;

    /// <summary><inheritdoc cref="TensorBoardOptions(int)" path="/param[@name='histogramEvery']/node()"/></summary>
    /// <exception cref="TrainingException">The value is negative.</exception>
    public int HistogramEvery
    {
        get;
        init => field = value >= 0
            ? value
            : throw new TrainingException(
                $"{nameof(TensorBoardOptions)}.{nameof(HistogramEvery)}: the value must be at least 0 steps, but is {value}. "
                + "Set a positive number, or 0 for no histograms.");
    }
}
