using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Checks the latest steps of the training of an encoder for embeddings that are equal, or that tell nothing apart.</summary>
public static class EmbeddingHealthCheck
{
    /// <summary>The number of steps that are examined. A problem is reported only if it lasts as long.</summary>
    public const int Window = 50;

    // Before this step an encoder is near random.
    const long Settled = 50;

    /// <summary>The first step at which a problem can be reported.</summary>
    internal const long FirstStep = Settled + Window;

    // Random encoders begin above 0.05, and trained ones are above 0.3.
    const double CollapsedSpread = 0.01;

    // The share of the loss of equal embeddings within which a loss is stuck.
    const double StuckShare = 0.01;

    const string Rate = $"{nameof(EmbeddingOptions)}.{nameof(EmbeddingOptions.LearningRate)}";
    const string Loss = $"{nameof(EmbeddingOptions)}.{nameof(EmbeddingOptions.Loss)}";

    /// <summary>Finds the problems of the last <see cref="Window"/> steps.</summary>
    /// <param name="rows">The steps so far, or the last of them, in order.</param>
    /// <param name="loss">The loss of the training, on which the advice depends.</param>
    /// <returns>The findings; none if there are fewer steps than the window.</returns>
    public static IReadOnlyList<Finding> Examine(IReadOnlyList<EmbeddingStep> rows, IEmbeddingLoss loss)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(loss);
        if (rows.Count < Window || rows[^Window].Step <= Settled)
        {
            return [];
        }

        EmbeddingStep[] last = [.. rows.TakeLast(Window)];
        return [.. Collapsed(last, loss), .. SkippedSteps.In(last, Rate)];
    }

    static IEnumerable<Finding> Collapsed(EmbeddingStep[] rows, IEmbeddingLoss loss)
    {
        double value = rows.Average(static row => row.Loss);
        double equal = rows.Average(static row => row.CollapsedLoss);
        string evidence = $"the loss was {NumberText.Significant(value, 4)}, and that of equal embeddings is "
            + $"{NumberText.Significant(equal, 4)}";
        if (rows.All(static row => row.Spread < CollapsedSpread))
        {
            yield return new(
                FindingKind.EmbeddingCollapse,
                $"The embeddings have collapsed to one point: for {Window} steps their variance was at most "
                + $"{NumberText.Significant(rows.Max(static row => row.Spread), 2)} (near 1 in all directions), {evidence}. "
                + Advice(loss));
        }
        else if (rows.All(IsStuck))
        {
            yield return new(
                FindingKind.StuckLoss,
                $"The loss is stuck: for {Window} steps the embeddings told no more apart than equal ones; {evidence}. Raise or lower "
                + $"{Rate}, and check that the labels are those of the images.");
        }
    }

    static bool IsStuck(EmbeddingStep row) =>
        Math.Abs(row.Loss - row.CollapsedLoss) <= StuckShare * Math.Abs(row.CollapsedLoss) && row.CollapsedLoss != 0;

    static string Advice(IEmbeddingLoss loss) => loss switch
    {
        BatchTripletLoss or TripletMarginLoss =>
            $"Lower {Rate}, or begin without the hardest negatives: {nameof(BatchTripletLoss)} of all or of semi-hard ones.",
        NegativeCosineLoss => $"Lower {Rate}, or set {Loss} to one that compares different images, such as nt-xent or vic-reg.",
        IViewLoss => $"Lower {Rate}, or use a larger batch, so that views of different images are compared.",
        _ => $"Lower {Rate}, or set {Loss} to one that compares with all others at once, such as sup-con.",
    };
}

/// <summary>Runs <see cref="EmbeddingHealthCheck"/> while an encoder trains and reports each finding once.</summary>
/// <param name="loss">The loss of the training.</param>
public sealed class EmbeddingMonitor(IEmbeddingLoss loss)
{
    const int StepsBetween = 25;

    /// <summary>The first step at which the window is examined; a shorter training has no findings.</summary>
    internal const long FirstCheck = EmbeddingHealthCheck.FirstStep;

    readonly FindingWindow<EmbeddingStep> _window =
        new(EmbeddingHealthCheck.Window, StepsBetween, rows => EmbeddingHealthCheck.Examine(rows, loss));

    /// <summary>Adds a step to the window and checks the window every 25 steps.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The findings that were not reported before.</returns>
    public IReadOnlyList<Finding> Watch(EmbeddingStep step) => _window.Watch(step);

    /// <summary>Returns what watching the steps of a <c>losses.csv</c> would have reported, with the step of each finding.</summary>
    internal static IReadOnlyList<(long Step, Finding Finding)> Replay(CsvTable losses, IEmbeddingLoss loss) =>
        new EmbeddingMonitor(loss)._window.Replay(losses);
}
