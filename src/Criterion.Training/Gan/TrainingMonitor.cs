using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Runs <see cref="HealthCheck"/> while a GAN trains and reports each finding once.</summary>
/// <param name="objective">The objective of the training.</param>
public sealed class TrainingMonitor(GanLoss objective)
{
    const int StepsBetween = 50;

    /// <summary>The first step at which the window is examined; a shorter training has no findings.</summary>
    internal const long FirstCheck = (HealthCheck.FirstStep + StepsBetween - 1) / StepsBetween * StepsBetween;

    readonly FindingWindow<GanStep> _window =
        new(HealthCheck.Window, StepsBetween, rows => HealthCheck.Examine(rows, objective));

    /// <summary>Adds a step to the window and checks the window every 50 steps.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The findings that were not reported before.</returns>
    public IReadOnlyList<Finding> Watch(GanStep step) => _window.Watch(step);

    /// <summary>Returns what watching the steps of a <c>losses.csv</c> would have reported, with the step of each finding.</summary>
    internal static IReadOnlyList<(long Step, Finding Finding)> Replay(CsvTable losses, GanLoss objective) =>
        new TrainingMonitor(objective)._window.Replay(losses);
}
