using Criterion.Losses;
using Criterion.Numbers;

namespace Criterion.Metrics;

/// <summary>
/// A measure of the similarity of two images: higher is better, unless stated otherwise. Computed in double precision and without
/// a graph; for training use the loss of the same name.
/// </summary>
public abstract record ImageMetric
{
    /// <summary>Initializes the metric.</summary>
    /// <param name="range">The values of black and white.</param>
    protected ImageMetric(ImageRange range) => Range = range;

    /// <summary><inheritdoc cref="ImageMetric(ImageRange)" path="/param[@name='range']/node()"/></summary>
    public ImageRange Range { get; init; }

    /// <summary>Gets how RGB images become gray before they are compared. Default: None, unless stated otherwise.</summary>
    public Luma Luma { get; init; }

    /// <summary>
    /// Gets the number of pixels that are set aside on each side, 0 or more; in super-resolution usually the factor. Default: 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int Border { get; init => field = Require.AtLeast(0, value, Name); }

    /// <summary>Gets whether the metric is of gray images, to which RGB images are converted by default.</summary>
    private protected virtual bool IsOfLuma => false;

    /// <summary>Computes the measure of each image.</summary>
    /// <param name="image">
    /// The images, [N, C, H, W] or one image [C, H, W], of any element type, values in the declared range. <c>Png.Read</c> returns UInt8
    /// [C, H, W] in <see cref="ImageRange.Byte"/>.
    /// </param>
    /// <param name="reference">The references, of the same shape and range.</param>
    /// <returns>[N], Float64; [1] for one image.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the images are too small.</exception>
    /// <exception cref="LossException">A value is outside the range.</exception>
    public Tensor PerImage(Tensor image, Tensor reference)
    {
        (Tensor x, Tensor y) = Checked(image, reference);
        using (Autograd.NoGrad())
        {
            return Measure(x, y);
        }
    }

    /// <summary>Computes the measure of a batch of images, or of one image.</summary>
    /// <inheritdoc cref="PerImage"/>
    /// <example><code>double ssim = new SsimIndex(ImageRange.Byte).Of(Png.Read("a.png"), Png.Read("b.png"));</code></example>
    /// <returns>A number, by default the mean over the images.</returns>
    /// <exception cref="LossException">A value is outside the range, or the batch is empty.</exception>
    public double Of(Tensor image, Tensor reference)
    {
        ImageScore score = new(this);
        score.Add(image, reference);
        return score.Value;
    }

    /// <summary>Gets the name that error messages begin with.</summary>
    protected string Name => GetType().Name;

    /// <summary>Computes the measure of each image, from valid images.</summary>
    protected abstract Tensor Measure(Tensor image, Tensor reference);

    /// <summary>Returns both as valid images [N, C, H, W], Float64, detached.</summary>
    private protected (Tensor Image, Tensor Reference) Checked(Tensor image, Tensor reference)
    {
        (Tensor x, Tensor y) = ImageChecks.Pair(Name, image, reference, nameof(image), nameof(reference));
        ImageChecks.CheckChannels(Name, image, nameof(image));
        ImageChecks.CheckRange(Name, Range, x, nameof(image));
        ImageChecks.CheckRange(Name, Range, y, nameof(reference));
        return (Prepared(x), Prepared(y));
    }

    /// <summary>Returns images in Float64, without the border, as luma if that is set.</summary>
    Tensor Prepared(Tensor images)
    {
        (int height, int width) = (images.Shape[2] - (2 * Border), images.Shape[3] - (2 * Border));
        if (Border > 0 && Math.Min(height, width) < 1)
        {
            throw new ShapeException(
                $"{Name}: a border of {Border} leaves nothing of images {images.Shape}. Decrease Border, or use larger images.");
        }

        Tensor kept = Border == 0 ? images : images.Narrow(2, Border, height).Narrow(3, Border, width);
        return LumaOf(images).Apply(Name, kept.Detach().To(DType.Float64), Range);
    }

    Luma LumaOf(Tensor images) => (IsOfLuma, Luma, images.Shape[1]) switch
    {
        (true, Luma.None, 1) => Luma.None,
        (true, Luma.None, _) => Luma.Bt601,
        _ => Luma,
    };

    /// <summary>Computes the sum over images and its weight.</summary>
    internal virtual (double Sum, double Weight) Count(Tensor image, Tensor reference)
    {
        Tensor each = PerImage(image, reference);
        return (each.Sum().Item(), each.Count);
    }

    /// <summary>Converts a mean over images to the metric.</summary>
    internal virtual double Finish(double mean) => mean;
}

/// <summary>Accumulates a metric over batches, in constant memory.</summary>
/// <param name="metric">The metric.</param>
public sealed class ImageScore(ImageMetric metric)
{
    double _sum;
    double _weight;

    /// <summary>Gets the number of images so far.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the metric over all images so far.</summary>
    /// <exception cref="LossException">There are no images.</exception>
    public double Value => Count > 0
        ? metric.Finish(_sum / _weight)
        : throw new LossException($"{metric.GetType().Name}: there are no images. Call Add first.");

    /// <summary>Adds a batch.</summary>
    /// <inheritdoc cref="ImageMetric.PerImage"/>
    public void Add(Tensor image, Tensor reference)
    {
        (double sum, double weight) = metric.Count(image, reference);
        _sum += sum;
        _weight += weight;
        Count += image.Rank == 3 ? 1 : image.Shape[0];
    }

    /// <summary>Merges another score of the same metric.</summary>
    public void Add(ImageScore other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _sum += other._sum;
        _weight += other._weight;
        Count += other.Count;
    }
}
