namespace Criterion.Metrics;

/// <summary>What a metric was computed from: it stays with the number, as numbers of other features or counts can't be compared with it.</summary>
/// <param name="Features">The name of the features, such as the network and layer that made them.</param>
/// <param name="Dimensions">Numbers in a feature vector.</param>
/// <param name="Real">Real samples.</param>
/// <param name="Fake">Generated samples.</param>
public sealed record MetricSamples(string Features, int Dimensions, long Real, long Fake)
{
    /// <summary>What features are called when they have no name.</summary>
    public const string Unnamed = "features";
}
