using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>
/// Learned perceptual image patch similarity (LPIPS, version 0.1), a distance: lower is better, 0 for identical images. Published numbers
/// are usually those of AlexNet. The formula is that of <see cref="LpipsLoss"/>.
/// </summary>
/// <remarks>
/// Computed in the type of the network, Float32 unless it was created otherwise. Values of different networks cannot be compared: report
/// which one was used.
/// </remarks>
public sealed record Lpips : ImageMetric
{
    /// <summary>Initializes the metric.</summary>
    /// <param name="network">The network and the weights of its channels.</param>
    /// <param name="range">The values of black and white.</param>
    public Lpips(LpipsNetwork network, ImageRange range)
        : base(range) => Network = network;

    /// <summary><inheritdoc cref="Lpips(LpipsNetwork, ImageRange)" path="/param[@name='network']/node()"/></summary>
    public LpipsNetwork Network { get; init => field = value ?? throw new ArgumentNullException(nameof(Network)); }

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference) =>
        Network.Distance(image, reference, Range).To(DType.Float64);
}
