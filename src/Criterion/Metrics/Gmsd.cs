using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>
/// Gradient magnitude similarity deviation: the standard deviation over the pixels of (2 g_x g_y + 170) / (g_x² + g_y² + 170), g the sizes
/// of Prewitt gradients of the halved luma, of 255. Lower is better; identical images, and flat ones, have 0.
/// </summary>
/// <remarks>
/// RGB images are compared by <see cref="Luma.Bt601"/> unless <see cref="ImageMetric.Luma"/> is set. Beyond the border are zeros,
/// and the variance divides by the number of pixels, as in the paper and PIQ; the authors' MATLAB code divides by one less.
/// </remarks>
public sealed record Gmsd : ImageMetric
{
    const double Stability = 170 / (255.0 * 255.0);

    /// <summary>Initializes the metric.</summary>
    /// <param name="range">The values of black and white.</param>
    public Gmsd(ImageRange range)
        : base(range)
    {
    }

    private protected override bool IsOfLuma => true;

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference)
    {
        (Tensor x, Tensor y) = (Gradients(image), Gradients(reference));
        Tensor similarity = ((x * y * 2) + Stability) / (x.Square() + y.Square() + Stability);
        return similarity.Flatten(1).Std(1, correction: 0);
    }

    /// <summary>Returns the size of the gradients of the halved image.</summary>
    Tensor Gradients(Tensor image)
    {
        Tensor unit = (image - Range.Black()) / Range.Extent();
        Tensor half = unit.Pad([0, unit.Shape[3] % 2, 0, unit.Shape[2] % 2]).AvgPool2d(2);
        Tensor across = Tensor.From<double>([1, 0, -1, 1, 0, -1, 1, 0, -1], [1, 1, 3, 3]) / 3;
        Tensor gradients = half.Conv2d(Tensor.Cat([across, across.Transpose()]), null, 1, 1);
        return gradients.Square().Sum(1).Sqrt();
    }
}
