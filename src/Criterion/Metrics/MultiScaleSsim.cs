using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>
/// Multi-scale structural similarity: 1 for identical images. The loss with the same options is <see cref="MultiScaleSsimLoss"/>.
/// </summary>
public sealed record MultiScaleSsim : ImageMetric
{
    /// <summary>Initializes the metric.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="scales">The number of scales, 1 to 5. Default: 5.</param>
    /// <param name="negative">How anti-correlated scales are treated. Default: Relu.</param>
    /// <param name="autoReduceScales">Whether images that are too small use fewer scales instead of throwing. Default: false.</param>
    public MultiScaleSsim(
        ImageRange range, int scales = 5, NegativeContrast negative = NegativeContrast.Relu, bool autoReduceScales = false)
        : base(range) => (Scales, Negative, AutoReduceScales) = (scales, negative, autoReduceScales);

    /// <summary>
    /// <inheritdoc cref="MultiScaleSsim(ImageRange, int, NegativeContrast, bool)" path="/param[@name='negative']/node()"/>
    /// </summary>
    public NegativeContrast Negative { get; init; }

    /// <summary>
    /// <inheritdoc cref="MultiScaleSsim(ImageRange, int, NegativeContrast, bool)" path="/param[@name='autoReduceScales']/node()"/>
    /// </summary>
    public bool AutoReduceScales { get; init; }

    /// <summary><inheritdoc cref="MultiScaleSsim(ImageRange, int, NegativeContrast, bool)" path="/param[@name='scales']/node()"/></summary>
    public int Scales { get; init => field = new MultiScaleSsimLoss(Range, value).Scales; }

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
