namespace Criterion.Metrics;

/// <summary>
/// The samples that a metric was computed from. They are kept with the value, since values of other features or counts cannot be compared.
/// </summary>
public sealed record MetricSamples
{
    /// <summary>The name of unnamed features.</summary>
    public const string Unnamed = "features";

    /// <summary>Initializes the description of the samples.</summary>
    /// <param name="features">The name of the features, such as the network and layer that computed them.</param>
    /// <param name="dimensions">The length of a feature vector.</param>
    /// <param name="real">The number of real samples.</param>
    /// <param name="fake">The number of generated samples.</param>
    public MetricSamples(string features, int dimensions, long real, long fake) =>
        (Features, Dimensions, Real, Fake) = (features, dimensions, real, fake);

    /// <summary><inheritdoc cref="MetricSamples(string, int, long, long)" path="/param[@name='features']/node()"/></summary>
    public string Features { get; init; }

    /// <summary><inheritdoc cref="MetricSamples(string, int, long, long)" path="/param[@name='dimensions']/node()"/></summary>
    public int Dimensions { get; init; }

    /// <summary><inheritdoc cref="MetricSamples(string, int, long, long)" path="/param[@name='real']/node()"/></summary>
    public long Real { get; init; }

    /// <summary><inheritdoc cref="MetricSamples(string, int, long, long)" path="/param[@name='fake']/node()"/></summary>
    public long Fake { get; init; }
}
