using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>
/// Structural similarity, in [−1, 1]: 1 for identical images. The mean over the windows and channels of an image of (2μₓμᵧ + C₁)(2σₓᵧ + C₂)
/// / ((μₓ² + μᵧ² + C₁)(σₓ² + σᵧ² + C₂)).
/// </summary>
/// <remarks>Values of different presets cannot be compared: report which one was used. The loss is <see cref="SsimLoss"/>.</remarks>
public sealed record SsimIndex : ImageMetric
{
    /// <summary>Initializes the metric.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="preset">A named set of conventions. Default: Wang2004.</param>
    public SsimIndex(ImageRange range, SsimPreset preset = SsimPreset.Wang2004)
        : base(range) => Preset = preset;

    /// <summary><inheritdoc cref="SsimIndex(ImageRange, SsimPreset)" path="/param[@name='preset']/node()"/></summary>
    public SsimPreset Preset { get; init; }

    /// <summary>Gets options that replace those of <see cref="Preset"/>. Default: null.</summary>
    public SsimOptions? Options { get; init; }

    /// <summary>Computes the similarity of every window, to see where images differ.</summary>
    /// <param name="image">The images, [N, C, H, W] or one image [C, H, W], values in the declared range.</param>
    /// <param name="reference">The references, of the same shape and range.</param>
    /// <returns>[N, C, window rows, window columns], Float64; N is 1 for one image.</returns>
    public Tensor Map(Tensor image, Tensor reference)
    {
        (Tensor checkedImage, Tensor checkedReference) = Checked(image, reference);
        SsimOptions options = EffectiveOptions;
        (Tensor x, Tensor y) = Prepared(options, checkedImage, checkedReference);
        return TensorFormula.WindowMap(new SsimLoss.Similarity(options, Range), options.Window, x, y);
    }

    SsimOptions EffectiveOptions => Options ?? SsimOptions.Of(Preset);

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference)
    {
        SsimOptions options = EffectiveOptions;
        (Tensor x, Tensor y) = Prepared(options, image, reference);
        return TensorFormula.Windows(new SsimLoss.Similarity(options, Range), options.Window, x, y).Mean(1);
    }

    (Tensor X, Tensor Y) Prepared(SsimOptions options, Tensor image, Tensor reference)
    {
        Tensor x = options.Prepare(image);
        ImageChecks.CheckSide(Name, x, options.Window.LeastSide, $" for a window of {options.WindowSize} with border {options.Border}");
        return (x, options.Prepare(reference));
    }
}
