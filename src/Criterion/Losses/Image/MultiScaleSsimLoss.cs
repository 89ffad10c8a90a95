
namespace Criterion.Losses;

/// <summary>
/// One minus multi-scale structural similarity: ℓ = 1 − s_M^w_M · Π cⱼ^wⱼ, with the contrast terms cⱼ of an image that is halved from scale
/// to scale and the similarity s_M of the coarsest, each averaged over its windows before the power.
/// </summary>
/// <remarks>
/// The exponents of the paper are below 1, so that the slope is infinite at 0; below 10⁻⁴ the power is replaced by a line. With
/// <see cref="NegativeContrast.Relu"/> images that are anti-correlated on any scale have a loss of 1 and no gradient; training that may
/// start there needs <see cref="NegativeContrast.KeepSign"/>. The similarity itself is <see cref="Metrics.MultiScaleSsim"/>.
/// </remarks>
[Catalogue(
    LossFamily.Image,
    Shapes = "prediction, target [N, C, H, W], sides of 161 or more → scalar",
    Source = "Wang, Simoncelli, Bovik, Multi-scale structural similarity for image quality assessment, 2003, equation 7",
    Alternatives = "SsimLoss for small images and speed; MsSsimL1Loss where colors must be preserved too.")]
public sealed record MultiScaleSsimLoss : ImageLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="scales">The number of scales, 1 to 5. The weights of fewer than 5 are normalized. Default: 5.</param>
    /// <param name="negative">How anti-correlated scales are treated. Default: Relu.</param>
    /// <param name="autoReduceScales">Whether images that are too small use fewer scales instead of throwing. Default: false.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public MultiScaleSsimLoss(
        ImageRange range,
        int scales = MultiScaleSimilarity.MostScales,
        NegativeContrast negative = NegativeContrast.Relu,
        bool autoReduceScales = false,
        Reduction reduction = Reduction.Mean)
        : base(range, reduction) => (Scales, Negative, AutoReduceScales) = (scales, negative, autoReduceScales);

    /// <summary>
    /// <inheritdoc cref="MultiScaleSsimLoss(ImageRange, int, NegativeContrast, bool, Reduction)" path="/param[@name='negative']/node()"/>
    /// </summary>
    public NegativeContrast Negative { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="MultiScaleSsimLoss(ImageRange, int, NegativeContrast, bool, Reduction)"
    /// path="/param[@name='autoReduceScales']/node()"/>
    /// </summary>
    public bool AutoReduceScales { get; init; }

    /// <summary>
    /// <inheritdoc cref="MultiScaleSsimLoss(ImageRange, int, NegativeContrast, bool, Reduction)" path="/param[@name='scales']/node()"/>
    /// </summary>
    public int Scales { get; init => field = CheckedScales(value); }

    /// <summary>Gets the window and the constants. Default: those of Wang et al. 2004.</summary>
    public SsimOptions? Options { get; init; }

    /// <inheritdoc/>
    public override string ToLatex()
    {
        string similarity = TensorFormula.ToLatex(new SsimLoss.Similarity(EffectiveOptions, Range), ["x", "y"]);
        string contrast = TensorFormula.ToLatex(new SsimLoss.Similarity(EffectiveOptions, Range, contrastOnly: true), ["x", "y"]);
        return $@"1 - \left(\operatorname{{mean}} {similarity}\right)_{{{Scales}}}^{{w_{{{Scales}}}}}"
            + $@" \cdot \prod_{{j=1}}^{{{Scales - 1}}} \left(\operatorname{{mean}} {contrast}\right)_j^{{w_j}}";
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
        scales is >= 1 and <= MultiScaleSimilarity.MostScales,
        scales,
        nameof(MultiScaleSsimLoss),
        "1 to 5, the number of weights in the paper",
        nameof(Scales));
}
