using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Has <see cref="HealthCheck"/> look at a training as it goes, and tells each thing once.</summary>
/// <param name="objective">What the players minimise.</param>
public sealed class TrainingMonitor(GanLoss objective)
{
    const int StepsBetween = 50;

    readonly Queue<GanStep> _rows = [];
    readonly HashSet<FindingKind> _told = [];

    /// <summary>Looks at one more step.</summary>
    /// <returns>What was not found before.</returns>
    public IReadOnlyList<Finding> Watch(GanStep step)
    {
        _rows.Enqueue(step);
        if (_rows.Count > HealthCheck.Window)
        {
            _rows.Dequeue();
        }

        return step.Step % StepsBetween != 0 ? [] : [.. HealthCheck.Examine([.. _rows], objective).Where(finding => _told.Add(finding.Kind))];
    }

    /// <summary>What would have been told of the steps in a <c>losses.csv</c>, with the step at which it was.</summary>
    internal static IReadOnlyList<(long Step, Finding Finding)> Of(CsvTable losses, GanLoss objective)
    {
        TrainingMonitor checkup = new(objective);
        return [.. Rows(losses).SelectMany(row => checkup.Watch(row).Select(finding => (row.Step, finding)))];
    }

    static IEnumerable<GanStep> Rows(CsvTable losses) => Enumerable.Range(0, losses.Count).Select(i => new GanStep
    {
        Step = (long)losses.Steps[i],
        DiscriminatorLoss = losses["discriminator_loss"][i],
        GeneratorLoss = losses["generator_loss"][i],
        RealScore = losses["d_real"][i],
        FakeScore = losses["d_fake"][i],
        Accuracy = losses["accuracy"][i],
        Penalty = losses["penalty"][i],
        DiscriminatorGradientNorm = losses["discriminator_gradient_norm"][i],
        GeneratorGradientNorm = losses["generator_gradient_norm"][i],
        Diversity = losses["diversity"][i],
        Skipped = (long)losses["skipped"][i],
        Seconds = losses["seconds"][i],
    });
}
