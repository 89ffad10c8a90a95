using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>The conventions of structural similarity that go by a name; they differ in the third digit and more.</summary>
public enum SsimPreset
{
    /// <summary>Wang et al. 2004 and its MATLAB code: Gaussian 11 × 11, σ = 1.5, within the image, population variance.</summary>
    Wang2004,

    /// <summary>scikit-image's default: 7 × 7 with equal weights, within the image, sample variance.</summary>
    ScikitImage,

    /// <summary>scikit-image with <c>gaussian_weights=True, sigma=1.5, use_sample_covariance=False</c>: Wang et al.</summary>
    ScikitImageGaussian,

    /// <summary>pytorch-msssim: Wang et al.</summary>
    PytorchMsssim,

    /// <summary>PIQ: Wang et al. after averaging blocks of round(least side / 256).</summary>
    Piq,

    /// <summary>
    /// torchmetrics 1.5 and later (its pull request 2721): Wang et al. with a window around every pixel, the image mirrored at its edge.
    /// Earlier versions cut the border off again and give what <see cref="Wang2004"/> does.
    /// </summary>
    Torchmetrics,

    /// <summary>Kornia with a window of 11 and padding "same": mirrored at the edge, 10⁻¹² added below the line.</summary>
    Kornia,

    /// <summary><c>tf.image.ssim</c>: Wang et al.</summary>
    TensorFlow,

    /// <summary>3 × 3 with equal weights, within the image.</summary>
    Box3,

    /// <summary>
    /// The code of the article "GAN loss functions": 3 × 3 with equal weights moved by 3, with zeros around the image that count
    /// in the mean.
    /// </summary>
    Article,
}

/// <summary>How structural similarity is computed: window, border, constants and variance.</summary>
/// <param name="WindowSize">Pixels along a side of the window; odd.</param>
/// <param name="Sigma">The standard deviation of a Gaussian window in pixels; null for equal weights.</param>
/// <param name="Border">What a window sees beyond the edge.</param>
/// <param name="Stride">Steps between windows.</param>
/// <param name="K1">Steadies the luminance term: C₁ = (K1 · R)², R the extent of the range.</param>
/// <param name="K2">Steadies the contrast term: C₂ = (K2 · R)².</param>
/// <param name="SampleVariance">Divide by n − 1 instead of n, n the pixels of a window.</param>
/// <param name="Downsample">Average blocks of round(least side / 256) first.</param>
/// <param name="Epsilon">Added to the denominator.</param>
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
    /// <inheritdoc cref="SsimOptions(int, double?, WindowBorder, int, double, double, bool, bool, double)"/>
    public int WindowSize { get; init => field = new BlurWindow(value).Size; } = new BlurWindow(WindowSize).Size;

    /// <inheritdoc cref="SsimOptions(int, double?, WindowBorder, int, double, double, bool, bool, double)"/>
    public double? Sigma { get; init => field = new BlurWindow(1, value).Sigma; } = new BlurWindow(1, Sigma).Sigma;

    /// <inheritdoc cref="SsimOptions(int, double?, WindowBorder, int, double, double, bool, bool, double)"/>
    public int Stride { get; init => field = new BlurWindow(1, Stride: value).Stride; } = new BlurWindow(1, Stride: Stride).Stride;

    /// <inheritdoc cref="SsimOptions(int, double?, WindowBorder, int, double, double, bool, bool, double)"/>
    public double K1 { get; init => field = Require.Positive(value, nameof(SsimOptions)); } = Require.Positive(K1, nameof(SsimOptions));

    /// <inheritdoc cref="SsimOptions(int, double?, WindowBorder, int, double, double, bool, bool, double)"/>
    public double K2 { get; init => field = Require.Positive(value, nameof(SsimOptions)); } = Require.Positive(K2, nameof(SsimOptions));

    /// <inheritdoc cref="SsimOptions(int, double?, WindowBorder, int, double, double, bool, bool, double)"/>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(SsimOptions)); } = Require.NonNegative(Epsilon, nameof(SsimOptions));

    /// <summary>The conventions of a name.</summary>
    public static SsimOptions Of(SsimPreset preset) => preset switch
    {
        SsimPreset.Wang2004 or SsimPreset.ScikitImageGaussian or SsimPreset.PytorchMsssim or SsimPreset.TensorFlow => new(),
        SsimPreset.ScikitImage => new(7, null, SampleVariance: true),
        SsimPreset.Piq => new(Downsample: true),
        SsimPreset.Torchmetrics => new(Border: WindowBorder.Reflect),
        SsimPreset.Kornia => new(Border: WindowBorder.Reflect, Epsilon: 1e-12),
        SsimPreset.Box3 => new(3, null),
        SsimPreset.Article => new(3, null, WindowBorder.Zero, Stride: 3),
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "SsimOptions: no preset has this number."),
    };

    internal BlurWindow Window => new(WindowSize, Sigma, Border, Stride);

    /// <summary>Images as the window takes them.</summary>
    internal Tensor Prepare(Tensor images)
    {
        int factor = Downsample ? (int)Math.Round(Math.Min(images.Shape[2], images.Shape[3]) / 256.0) : 1;
        return factor > 1 ? images.AvgPool2d(factor) : images;
    }
}
