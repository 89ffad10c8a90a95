using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>
/// Peak signal-to-noise ratio in decibels, 10 log₁₀(R² / MSE), R the extent of the range: 20 is poor, 30 fair, 40 good; identical images
/// have +∞.
/// </summary>
/// <remarks>
/// The mean of the ratios of images and the ratio of the pooled error differ: report which one was used. The loss is
/// <see cref="Losses.PsnrLoss"/>.
/// </remarks>
public sealed record Psnr : ImageMetric
{
    /// <summary>Initializes the metric.</summary>
    /// <param name="range">The values of black and white.</param>
    /// <param name="pooled">
    /// Whether the error is averaged over all images first, instead of averaging the ratios of images. Default: false.
    /// </param>
    /// <param name="cap">
    /// The upper bound of a ratio, positive, so that one identical image does not make the mean infinite; null for none. Default: null.
    /// </param>
    public Psnr(ImageRange range, bool pooled = false, double? cap = null)
        : base(range) => (Pooled, Cap) = (pooled, cap);

    /// <summary><inheritdoc cref="Psnr(ImageRange, bool, double?)" path="/param[@name='pooled']/node()"/></summary>
    public bool Pooled { get; init; }

    /// <summary><inheritdoc cref="Psnr(ImageRange, bool, double?)" path="/param[@name='cap']/node()"/></summary>
    public double? Cap { get; init => field = PositiveOrNull(value); }

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference)
    {
        Tensor errors = Errors(image, reference);
        return Tensor.From([.. errors.ToArray<double>().Select(Decibels)], [.. errors.Shape]);
    }

    internal override (double Sum, double Weight) Count(Tensor image, Tensor reference)
    {
        if (!Pooled)
        {
            return base.Count(image, reference);
        }

        (Tensor x, Tensor y) = Checked(image, reference);
        double pixels = x.Count / (double)Math.Max(1, x.Shape[0]);
        Tensor errors = Errors(x, y);
        return (errors.Sum().Item() * pixels, errors.Count * pixels);
    }

    internal override double Finish(double mean) => Pooled ? Decibels(mean) : mean;

    /// <summary>Computes the mean squared error of each image, relative to the range.</summary>
    Tensor Errors(Tensor image, Tensor reference)
    {
        Tensor difference = ((image - reference) / Range.Extent()).Flatten(1);
        return (difference * difference).Mean(1);
    }

    double Decibels(double error)
    {
        double ratio = -10 * Math.Log10(error);
        return Cap is { } cap && ratio > cap ? cap : ratio;
    }

    static double? PositiveOrNull(double? cap) => cap is { } value ? Require.Positive(value, nameof(Psnr), nameof(Cap)) : null;
}
