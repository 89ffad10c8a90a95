using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Runs <see cref="HealthCheck"/> while a GAN trains and reports each finding once.</summary>
/// <param name="objective">The objective of the training.</param>
public sealed class TrainingMonitor(GanLoss objective)
{
    const int StepsBetween = 50;

    /// <summary>The first step at which the window is examined; a shorter training has no findings.</summary>
    internal const long FirstCheck = (HealthCheck.FirstStep + StepsBetween - 1) / StepsBetween * StepsBetween;

    readonly Queue<GanStep> _rows = [];
    readonly HashSet<FindingKind> _reported = [];

    /// <summary>Adds a step to the window and checks the window every 50 steps.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The findings that were not reported before.</returns>
    public IReadOnlyList<Finding> Watch(GanStep step)
    {
        _rows.Enqueue(step);
        if (_rows.Count > HealthCheck.Window)
        {
            _rows.Dequeue();
        }

        return step.Step % StepsBetween != 0
            ? []
            : [.. HealthCheck.Examine([.. _rows], objective).Where(finding => _reported.Add(finding.Kind))];
    }

    /// <summary>Returns what watching the steps of a <c>losses.csv</c> would have reported, with the step of each finding.</summary>
    internal static IReadOnlyList<(long Step, Finding Finding)> Replay(CsvTable losses, GanLoss objective)
    {
        TrainingMonitor monitor = new(objective);
        return [.. GanStep.Columns.Read<GanStep>(losses).SelectMany(row => monitor.Watch(row).Select(finding => (row.Step, finding)))];
    }
}
