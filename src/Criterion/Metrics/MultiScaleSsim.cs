using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>
/// Multi-scale structural similarity: 1 for identical images. The loss with the same options is <see cref="MultiScaleSsimLoss"/>.
/// </summary>
/// <param name="Range">The values of black and white.</param>
/// <param name="Scales">The number of scales, 1 to 5. Default: 5.</param>
/// <param name="Negative">How anti-correlated scales are treated. Default: Relu.</param>
/// <param name="AutoReduceScales">Whether images that are too small use fewer scales instead of throwing. Default: false.</param>
public sealed record MultiScaleSsim(
    ImageRange Range, int Scales = 5, NegativeContrast Negative = NegativeContrast.Relu, bool AutoReduceScales = false) : ImageMetric(Range)
{
    /// <summary><inheritdoc cref="MultiScaleSsim" path="/param[@name='Scales']/node()"/></summary>
    public int Scales { get; init; } = new MultiScaleSsimLoss(Range, Scales).Scales;

    /// <summary>Gets the window and the constants. Default: those of Wang et al. 2004.</summary>
    public SsimOptions? Options { get; init; }

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference)
    {
        SsimOptions options = Options ?? new SsimOptions();
        int scales = MultiScaleSimilarity.Scales(Name, options, image, Scales, AutoReduceScales);
        return MultiScaleSimilarity.PerImage(Name, options, Range, Negative, scales, image, reference);
    }
}
