namespace Criterion.Losses;

/// <summary>What losses of lists of features have in common.</summary>
internal static class FeatureListChecks
{
    /// <summary>Says that two lists are not of one length.</summary>
    public static void CheckCounts<T>(string name, string what, IReadOnlyList<T> prediction, IReadOnlyList<T> target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (prediction.Count != target.Count)
        {
            throw new ShapeException($"{name}: there are {prediction.Count} and {target.Count} {what}; give the same ones for both.");
        }
    }
}
