using Criterion.Losses;
using Criterion.Numbers;

namespace Criterion.Metrics;

/// <summary>
/// Visual information fidelity in the pixel domain: the information that an image has about the scene, divided by that of the reference,
/// over four scales. 1 for identical images, near 0 where nothing is left, above 1 for more contrast than the reference.
/// </summary>
/// <remarks>
/// <para>
/// It is not symmetric: the image comes first, the reference second. RGB images are compared by <see cref="Luma.Bt601"/> unless
/// <see cref="ImageMetric.Luma"/> is set. The images must be at least 41 × 41. The windows are Gaussians of 17, 9, 5 and 3 pixels.
/// </para>
/// <para>
/// A flat reference has no information: with a flat image the value is 1, with any other about 1 too. The variance of visual noise is
/// NoiseVariance, 2 of values in [0, 255].
/// </para>
/// </remarks>
public sealed record Vif : ImageMetric
{
    const double Least = 1e-8;
    const int LeastSide = 41;
    const int Scales = 4;

    /// <summary>Initializes the metric.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="noiseVariance">The variance of visual noise for values in [0, 255]; must be positive. Default: 2.</param>
    public Vif(ImageRange range, double noiseVariance = 2)
        : base(range) => NoiseVariance = noiseVariance;

    /// <summary><inheritdoc cref="Vif(ImageRange, double)" path="/param[@name='noiseVariance']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double NoiseVariance { get; init => field = Require.Positive(value, nameof(Vif)); }

    private protected override bool IsOfLuma => true;

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference)
    {
        ImageChecks.CheckSide(Name, image, LeastSide, $" for {Scales} scales");
        (Tensor x, Tensor y) = (Bytes(image), Bytes(reference));
        Tensor kept = Tensor.Zeros([x.Shape[0]], DType.Float64);
        Tensor all = kept;
        for (int scale = 0; scale < Scales; scale++)
        {
            Tensor window = Window((1 << (Scales - scale)) + 1);
            (x, y) = scale == 0 ? (x, y) : (x.Conv2d(window, null, 2), y.Conv2d(window, null, 2));
            (Tensor ofImage, Tensor ofReference) = Information(x, y, window);
            (kept, all) = (kept + ofImage, all + ofReference);
        }

        // The comparisons below are false for NaN, which must show in the result.
        Tensor valid = (image.Sum([1, 2, 3]) * 0) + (reference.Sum([1, 2, 3]) * 0);
        return ((kept + Least) / (all + Least)) + valid;
    }

    (Tensor OfImage, Tensor OfReference) Information(Tensor x, Tensor y, Tensor window)
    {
        (Tensor meanX, Tensor meanY) = (x.Conv2d(window), y.Conv2d(window));
        Tensor varianceX = (x.Square().Conv2d(window) - meanX.Square()).Relu();
        Tensor varianceY = (y.Square().Conv2d(window) - meanY.Square()).Relu();
        Tensor covariance = (x * y).Conv2d(window) - (meanX * meanY);
        (Tensor hasX, Tensor hasY) = (varianceX.GreaterOrEqual(Least), varianceY.GreaterOrEqual(Least));

        Tensor gain = covariance / (varianceY + Least);
        Tensor noise = Tensor.Where(hasX, Tensor.Where(hasY, varianceX - (gain * covariance), varianceX), 0);
        gain = Tensor.Where(hasX.And(hasY), gain, 0);
        noise = Tensor.Where(gain.GreaterOrEqual(0), noise, varianceX).Clamp(Least);
        gain = gain.Relu();
        varianceY = Tensor.Where(hasY, varianceY, 0);
        return (
            Bits(gain.Square() * varianceY / (noise + NoiseVariance)),
            Bits(varianceY / NoiseVariance));
    }

    static Tensor Bits(Tensor ratio) => ratio.Log1p().Sum([1, 2, 3]) / Math.Log(10);

    Tensor Bytes(Tensor image) => (image - Range.Black()) * (255 / Range.Extent());

    /// <summary>Returns a Gaussian window whose deviation is a fifth of its size, [1, 1, size, size].</summary>
    static Tensor Window(int size)
    {
        double deviation = size / 5.0;
        Tensor places = Tensor.Arange(0, size, 1, DType.Float64) - ((size - 1) / 2.0);
        Tensor side = (places.Square() / (-2 * deviation * deviation)).Exp();
        Tensor normalized = side / side.Sum();
        return normalized.Outer(normalized).Unsqueeze(0).Unsqueeze(0);
    }
}
