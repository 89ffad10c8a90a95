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
/// <param name="WindowSize">The side of the window in pixels; must be odd. Default: 11.</param>
/// <param name="Sigma">The standard deviation of a Gaussian window in pixels; null for a uniform window. Default: 1.5.</param>
/// <param name="Border">The padding beyond the border. Default: Valid.</param>
/// <param name="Stride">The step between windows in pixels. Default: 1.</param>
/// <param name="K1">
/// Stabilizes the luminance term: C₁ = (K1 · R)², R the extent of the range; must be positive, since flat black images would be 0/0.
/// Default: 0.01.
/// </param>
/// <param name="K2">Stabilizes the contrast term: C₂ = (K2 · R)²; must be positive, since flat images would be 0/0. Default: 0.03.</param>
/// <param name="SampleVariance">Whether the variance divides by n − 1 instead of n, n the pixels of a window. Default: false.</param>
/// <param name="Downsample">Whether blocks of round(smaller side / 256) are averaged first. Default: false.</param>
/// <param name="Epsilon">Added to the denominator; must be 0 or more. Default: 0.</param>
public sealed record SsimOptions(
    int WindowSize = 11,
    double? Sigma = 1.5,
    WindowBorder Border = WindowBorder.Valid,
    int Stride = 1,
    double K1 = 0.01,
    double K2 = 0.03,
    bool SampleVariance = false,
    bool Downsample = false,
    double Epsilon = 0)
{
    /// <summary><inheritdoc cref="SsimOptions" path="/param[@name='WindowSize']/node()"/></summary>
    public int WindowSize { get; init => field = new BlurWindow(value).Size; } = new BlurWindow(WindowSize).Size;

    /// <summary><inheritdoc cref="SsimOptions" path="/param[@name='Sigma']/node()"/></summary>
    public double? Sigma { get; init => field = new BlurWindow(1, value).Sigma; } = new BlurWindow(1, Sigma).Sigma;

    /// <summary><inheritdoc cref="SsimOptions" path="/param[@name='Stride']/node()"/></summary>
    public int Stride { get; init => field = new BlurWindow(1, Stride: value).Stride; } = new BlurWindow(1, Stride: Stride).Stride;

    /// <summary><inheritdoc cref="SsimOptions" path="/param[@name='K1']/node()"/></summary>
    public double K1 { get; init => field = Require.Positive(value, nameof(SsimOptions)); } = Require.Positive(K1, nameof(SsimOptions));

    /// <summary><inheritdoc cref="SsimOptions" path="/param[@name='K2']/node()"/></summary>
    public double K2 { get; init => field = Require.Positive(value, nameof(SsimOptions)); } = Require.Positive(K2, nameof(SsimOptions));

    /// <summary><inheritdoc cref="SsimOptions" path="/param[@name='Epsilon']/node()"/></summary>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(SsimOptions)); } =
        Require.NonNegative(Epsilon, nameof(SsimOptions));

    /// <summary>Returns the options of a preset.</summary>
    public static SsimOptions Of(SsimPreset preset) => preset switch
    {
        SsimPreset.Wang2004 or SsimPreset.ScikitImageGaussian or SsimPreset.PytorchMsssim or SsimPreset.TensorFlow => new(),
        SsimPreset.ScikitImage => new(7, null, SampleVariance: true),
        SsimPreset.Piq => new(Downsample: true),
        SsimPreset.Torchmetrics => new(Border: WindowBorder.Reflect),
        SsimPreset.Kornia => new(Border: WindowBorder.Reflect, Epsilon: 1e-12),
        SsimPreset.Box3 => new(3, null),
        SsimPreset.Article => new(3, null, WindowBorder.Zero, Stride: 3),
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
