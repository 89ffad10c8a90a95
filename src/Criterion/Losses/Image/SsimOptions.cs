using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>Named conventions of structural similarity. Their values differ in the third digit or more.</summary>
public enum SsimPreset
{
    /// <summary>Wang et al. 2004 and its MATLAB code: 11 × 11 Gaussian, σ = 1.5, valid windows, population variance.</summary>
    Wang2004,

    /// <summary>scikit-image's default: 7 × 7 uniform, valid windows, sample variance.</summary>
    ScikitImage,

    /// <summary>scikit-image with <c>gaussian_weights=True, sigma=1.5, use_sample_covariance=False</c>: Wang et al.</summary>
    ScikitImageGaussian,

    /// <summary>pytorch-msssim: Wang et al.</summary>
    PytorchMsssim,

    /// <summary>PIQ: Wang et al. after averaging blocks of round(smaller side / 256).</summary>
    Piq,

    /// <summary>
    /// torchmetrics 1.5 and later (its pull request 2721): Wang et al. with a window around every pixel and reflection padding. Earlier
    /// versions crop the border and equal <see cref="Wang2004"/>.
    /// </summary>
    Torchmetrics,

    /// <summary>Kornia with a window of 11 and padding "same": reflection padding, 10⁻¹² added to the denominator.</summary>
    Kornia,

    /// <summary><c>tf.image.ssim</c>: Wang et al.</summary>
    TensorFlow,

    /// <summary>3 × 3 uniform, valid windows.</summary>
    Box3,

    /// <summary>
    /// The code of the article "GAN loss functions": 3 × 3 uniform with a stride of 3 and zero padding that counts in the mean.
    /// </summary>
    Article,
}

/// <summary>The options of structural similarity: window, border, constants and variance.</summary>
public sealed record SsimOptions
{
    /// <summary>Gets the side of the window in pixels; must be odd. Default: 11.</summary>
    public int WindowSize { get; init => field = new BlurWindow(value).Size; } = 11;

    /// <summary>Gets the standard deviation of a Gaussian window in pixels; null for a uniform window. Default: 1.5.</summary>
    public double? Sigma { get; init => field = new BlurWindow(1, value).Sigma; } = 1.5;

    /// <summary>Gets the padding beyond the border. Default: Valid.</summary>
    public WindowBorder Border { get; init; }

    /// <summary>Gets the step between windows in pixels. Default: 1.</summary>
    public int Stride { get; init => field = new BlurWindow(1, stride: value).Stride; } = 1;

    /// <summary>
    /// Gets K₁, which stabilizes the luminance term: C₁ = (K₁ · R)², R the extent of the range; must be positive, since flat black images
    /// would be 0/0. Default: 0.01.
    /// </summary>
    public double K1 { get; init => field = Require.Positive(value, nameof(SsimOptions)); } = 0.01;

    /// <summary>
    /// Gets K₂, which stabilizes the contrast term: C₂ = (K₂ · R)²; must be positive, since flat images would be 0/0. Default: 0.03.
    /// </summary>
    public double K2 { get; init => field = Require.Positive(value, nameof(SsimOptions)); } = 0.03;

    /// <summary>Gets whether the variance divides by n − 1 instead of n, n the pixels of a window. Default: false.</summary>
    public bool SampleVariance { get; init; }

    /// <summary>Gets whether blocks of round(smaller side / 256) are averaged first. Default: false.</summary>
    public bool Downsample { get; init; }

    /// <summary>Gets the number that is added to the denominator; must be 0 or more. Default: 0.</summary>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(SsimOptions)); }

    /// <summary>Returns the options of a preset.</summary>
    public static SsimOptions Of(SsimPreset preset) => preset switch
    {
        SsimPreset.Wang2004 or SsimPreset.ScikitImageGaussian or SsimPreset.PytorchMsssim or SsimPreset.TensorFlow => new(),
        SsimPreset.ScikitImage => new() { WindowSize = 7, Sigma = null, SampleVariance = true },
        SsimPreset.Piq => new() { Downsample = true },
        SsimPreset.Torchmetrics => new() { Border = WindowBorder.Reflect },
        SsimPreset.Kornia => new() { Border = WindowBorder.Reflect, Epsilon = 1e-12 },
        SsimPreset.Box3 => new() { WindowSize = 3, Sigma = null },
        SsimPreset.Article => new() { WindowSize = 3, Sigma = null, Border = WindowBorder.Zero, Stride = 3 },
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "SsimOptions: the preset is not defined."),
    };

    internal BlurWindow Window => new(WindowSize, Sigma, Border, Stride);

    /// <summary>Downsamples images if the options require it.</summary>
    internal Tensor Prepare(Tensor images)
    {
        int factor = Downsample ? (int)Math.Round(Math.Min(images.Shape[2], images.Shape[3]) / 256.0) : 1;
        return factor > 1 ? images.AvgPool2d(factor) : images;
    }
}
