using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Checks the latest steps of a training on pairs of images for a discriminator that has won, and for skipped steps.</summary>
public static class PairedHealthCheck
{
    /// <summary>The number of steps that are examined. A problem is reported only if it lasts as long.</summary>
    public const int Window = 100;

    // Before this step both networks are near random.
    const long Settled = 200;

    const string Weight = $"{nameof(PairedOptions)}.{nameof(PairedOptions.AdversarialWeight)}";
    const string Rate = $"{nameof(PairedOptions)}.{nameof(PairedOptions.LearningRate)}";
    const string Augment = $"{nameof(PairedOptions)}.{nameof(PairedOptions.Augment)}";

    /// <summary>The first step at which a problem can be reported.</summary>
    internal const long FirstStep = Settled + Window;

    /// <summary>Finds the problems of the last <see cref="Window"/> steps.</summary>
    /// <param name="rows">The steps so far, or the last of them, in order.</param>
    /// <param name="objective">The objective; a critic that separates all samples is normal for some.</param>
    /// <returns>The findings; none if there are fewer steps than the window.</returns>
    public static IReadOnlyList<Finding> Examine(IReadOnlyList<PairedStep> rows, GanLoss objective)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(objective);
        if (rows.Count < Window || rows[^Window].Step <= Settled)
        {
            return [];
        }

        PairedStep[] last = [.. rows.TakeLast(Window)];
        return [.. Balance(last, objective), .. Augmentations(last), .. SkippedSteps.In(last, Rate)];
    }

    // NaN, in steps without a discriminator, is below and above nothing.
    static IEnumerable<Finding> Balance(PairedStep[] rows, GanLoss objective)
    {
        (double accuracy, double loss) = (rows.Average(static row => row.Accuracy), rows.Average(static row => row.Discriminator));
        if (accuracy >= HealthCheck.SeparatedAccuracy && loss < HealthCheck.CertainLoss && objective is not WassersteinGanLoss)
        {
            yield return new(
                FindingKind.DiscriminatorWon,
                $"The discriminator has won: for {Window} steps it ranked {NumberText.Percent(accuracy, 1)} of the patches of real images "
                + $"and outputs correctly at a loss of {NumberText.Format(loss)}, which leaves the translator little gradient beside the "
                + $"loss of the pixels. Set {Augment} to translation,cutout, add pairs, or raise {Weight}.");
        }
    }

    static IEnumerable<Finding> Augmentations(PairedStep[] rows)
    {
        if (rows.All(static row => row.Augmentation > HealthCheck.LeakingProbability))
        {
            yield return new(
                FindingKind.LeakingAugmentation,
                "The adaptive augmentation may leak into outputs: its probability is "
                + $"{NumberText.Fixed(rows[^1].Augmentation, 2)}. Compare the outputs with the targets. Add pairs, or set {Augment} to "
                + "translation,cutout.");
        }
    }
}

/// <summary>Runs <see cref="PairedHealthCheck"/> during a training on pairs of images and reports each finding once.</summary>
/// <param name="objective">The objective of the training.</param>
public sealed class PairedMonitor(GanLoss objective)
{
    const int StepsBetween = 50;

    /// <summary>The first step at which the window is examined; a shorter training has no findings.</summary>
    internal const long FirstCheck = PairedHealthCheck.FirstStep;

    readonly FindingWindow<PairedStep> _window =
        new(PairedHealthCheck.Window, StepsBetween, rows => PairedHealthCheck.Examine(rows, objective));

    /// <summary>Adds a step to the window and checks the window every 50 steps.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The findings that were not reported before.</returns>
    public IReadOnlyList<Finding> Watch(PairedStep step) => _window.Watch(step);

    /// <summary>Returns what watching the steps of a <c>losses.csv</c> would have reported, with the step of each finding.</summary>
    internal static IReadOnlyList<(long Step, Finding Finding)> Replay(CsvTable losses, GanLoss objective) =>
        new PairedMonitor(objective)._window.Replay(losses);
}
