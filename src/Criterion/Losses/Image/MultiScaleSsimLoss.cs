
namespace Criterion.Losses;

/// <summary>
/// One minus multi-scale structural similarity: ℓ = 1 − s_M^w_M · Π cⱼ^wⱼ, with the contrast terms cⱼ of an image that is halved
/// from scale to scale and the similarity s_M of the coarsest, each averaged over its windows before the power.
/// </summary>
/// <remarks>
/// The powers of the paper are below 1, so that their slope is infinite at 0: below 10⁻⁴ a straight line takes their place. With
/// <see cref="NegativeContrast.Relu"/> images that are anti-correlated on any scale have a loss of 1 and no gradient; training that
/// may start there needs <see cref="NegativeContrast.KeepSign"/>. The similarity itself is <see cref="Metrics.MultiScaleSsim"/>.
/// </remarks>
/// <param name="Range">What black and white are.</param>
/// <param name="Scales">How many scales, 1 to 5. The weights of fewer than 5 are divided by their sum.</param>
/// <param name="Negative">What becomes of anti-correlated scales.</param>
/// <param name="AutoReduceScales">Take fewer scales for images that are too small, instead of an error.</param>
/// <param name="Reduction">What becomes of the losses of single images.</param>
[Catalogue(
    LossFamily.Image,
    Shapes = "prediction, target [N, C, H, W], sides of 161 or more → scalar",
    Source = "Wang, Simoncelli, Bovik, Multi-scale structural similarity for image quality assessment, 2003, equation 7",
    Alternatives = "SsimLoss for small images and speed; MsSsimL1Loss where colours must be kept too.")]
public sealed record MultiScaleSsimLoss(
    ImageRange Range,
    int Scales = MultiScaleSimilarity.MostScales,
    NegativeContrast Negative = NegativeContrast.Relu,
    bool AutoReduceScales = false,
    Reduction Reduction = Reduction.Mean) : ImageLoss(Range, Reduction)
{
    /// <inheritdoc cref="MultiScaleSsimLoss(ImageRange, int, NegativeContrast, bool, Reduction)"/>
    public int Scales { get; init => field = CheckedScales(value); } = CheckedScales(Scales);

    /// <summary>Window and constants, those of Wang et al. 2004 unless set.</summary>
    public SsimOptions? Options { get; init; }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        string similarity = TensorFormula.ToLatex(new SsimLoss.Similarity(EffectiveOptions, Range), ["x", "y"]);
        string contrast = TensorFormula.ToLatex(new SsimLoss.Similarity(EffectiveOptions, Range, contrastOnly: true), ["x", "y"]);
        return $@"1 - \left(\operatorname{{mean}} {similarity}\right)_{{{Scales}}}^{{w_{{{Scales}}}}} \cdot \prod_{{j=1}}^{{{Scales - 1}}} \left(\operatorname{{mean}} {contrast}\right)_j^{{w_j}}";
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        ImageCurves.Of(this with { AutoReduceScales = true, Reduction = Reduction.None }, Range, size: 44);

    SsimOptions EffectiveOptions => Options ?? new SsimOptions();

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor prediction, Tensor target)
    {
        int scales = MultiScaleSimilarity.Scales(Name, EffectiveOptions, prediction, Scales, AutoReduceScales);
        Tensor losses = 1 - MultiScaleSimilarity.PerImage(Name, EffectiveOptions, Range, Negative, scales, prediction, target);
        return Reduce(losses);
    }

    static int CheckedScales(int scales) => Require.That(
        scales is >= 1 and <= MultiScaleSimilarity.MostScales, scales, nameof(MultiScaleSsimLoss), "1 to 5: there are weights for so many", nameof(Scales));
}
