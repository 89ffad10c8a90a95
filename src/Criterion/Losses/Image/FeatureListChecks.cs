namespace Criterion.Losses;

/// <summary>Checks of lists of features.</summary>
internal static class FeatureListChecks
{
    /// <summary>Throws if two lists differ in length.</summary>
    public static void CheckCounts<T>(string name, string what, IReadOnlyList<T> prediction, IReadOnlyList<T> target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (prediction.Count != target.Count)
        {
            throw new ShapeException($"{name}: there are {prediction.Count} and {target.Count} {what}. Pass the same ones for both.");
        }
    }
}
