using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>Multi-scale structural similarity: 1 for identical images. The loss is <see cref="MultiScaleSsimLoss"/>, whose options these are.</summary>
/// <param name="Range">The values of black and white.</param>
/// <param name="Scales">How many scales, 1 to 5.</param>
/// <param name="Negative">What becomes of anti-correlated scales.</param>
/// <param name="AutoReduceScales">Take fewer scales for images that are too small, instead of an error.</param>
public sealed record MultiScaleSsim(
    ImageRange Range, int Scales = 5, NegativeContrast Negative = NegativeContrast.Relu, bool AutoReduceScales = false) : ImageMetric(Range)
{
    /// <summary><inheritdoc cref="MultiScaleSsim" path="/param[@name='Scales']/node()"/></summary>
    public int Scales { get; init; } = new MultiScaleSsimLoss(Range, Scales).Scales;

    /// <summary>Window and constants, those of Wang et al. 2004 unless set.</summary>
    public SsimOptions? Options { get; init; }

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference)
    {
        SsimOptions options = Options ?? new SsimOptions();
        int scales = MultiScaleSimilarity.Scales(Name, options, image, Scales, AutoReduceScales);
        return MultiScaleSimilarity.PerImage(Name, options, Range, Negative, scales, image, reference);
    }
}
