namespace Criterion.Training;

/// <summary>The finding of many skipped steps, which all health checks share.</summary>
internal static class SkippedSteps
{
    const string OnNan = $"{nameof(TrainingOptions)}.{nameof(TrainingOptions.OnNan)}";

    /// <summary>Reports more than a tenth of the steps.</summary>
    /// <param name="rows">The steps that are examined, in order.</param>
    /// <param name="rate">The option of the learning rate, which the advice names.</param>
    public static IEnumerable<Finding> In<TStep>(TStep[] rows, string rate)
        where TStep : struct, IRunStep
    {
        long skipped = rows[^1].Skipped - rows[0].Skipped;
        if (skipped > rows.Length / 10)
        {
            yield return new(
                FindingKind.SkippedSteps,
                $"{skipped} of the last {rows.Length} steps were skipped because a loss or gradient was not finite. "
                + $"Lower {rate}, or set {OnNan} to {nameof(NanPolicy.Stop)} to find the first tensor that is not finite.");
        }
    }
}
