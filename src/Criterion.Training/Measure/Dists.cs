using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>
/// Deep image structure and texture similarity (DISTS), a distance: lower is better, 0 for identical images. The formula is that of
/// <see cref="DistsLoss"/>.
/// </summary>
/// <remarks>Computed in the type of the network, Float32 unless it was created otherwise.</remarks>
public sealed record Dists : ImageMetric
{
    /// <summary>Initializes the metric.</summary>
    /// <param name="network">The network and the weights of its channels.</param>
    /// <param name="range">The values of black and white.</param>
    public Dists(DistsNetwork network, ImageRange range)
        : base(range) => Network = network;

    /// <summary><inheritdoc cref="Dists(DistsNetwork, ImageRange)" path="/param[@name='network']/node()"/></summary>
    public DistsNetwork Network { get; init => field = value ?? throw new ArgumentNullException(nameof(Network)); }

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference) =>
        Network.Distance(image, reference, Range).To(DType.Float64);
}
