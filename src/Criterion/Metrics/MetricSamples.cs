namespace Criterion.Metrics;

/// <summary>
/// The samples that a metric was computed from. They are kept with the value, since values of other features or counts cannot be compared.
/// </summary>
/// <param name="Features">The name of the features, such as the network and layer that computed them.</param>
/// <param name="Dimensions">The length of a feature vector.</param>
/// <param name="Real">The number of real samples.</param>
/// <param name="Fake">The number of generated samples.</param>
public sealed record MetricSamples(string Features, int Dimensions, long Real, long Fake)
{
    /// <summary>The name of unnamed features.</summary>
    public const string Unnamed = "features";
}
