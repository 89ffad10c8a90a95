using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>
/// A measure of the similarity of two images: higher is better, unless the metric is a distance. Computed without a graph, and in double
/// precision unless a network computes it; for training use the loss of the same name.
/// </summary>
public abstract record ImageMetric
{
    /// <summary>Initializes the metric.</summary>
    /// <param name="range">The values of black and white.</param>
    protected ImageMetric(ImageRange range) => Range = range;

    /// <summary><inheritdoc cref="ImageMetric(ImageRange)" path="/param[@name='range']/node()"/></summary>
    public ImageRange Range { get; init; }

    /// <summary>
    /// Gets the convention by which colour images [N, 3, H, W] are converted to luma before they are measured; null to measure every
    /// channel. The range keeps its extent R. Default: null.
    /// </summary>
    public LumaConvention? Luma { get; init; }

    /// <summary>
    /// Gets the width of the border that is cut off all sides before images are measured, in pixels; must be 0 or more. Super-resolution
    /// sets aside as many as its factor. Default: 0.
    /// </summary>
    public int Border { get; init => field = Require.AtLeast(0, value, nameof(ImageMetric)); }

    /// <summary>Computes the measure of each image.</summary>
    /// <param name="image">
    /// The images, [N, C, H, W] or one image [C, H, W], of any element type, values in the declared range. <c>Png.Read</c> returns UInt8
    /// [C, H, W] in <see cref="ImageRange.Byte"/>.
    /// </param>
    /// <param name="reference">The references, of the same shape and range.</param>
    /// <returns>[N], Float64; [1] for one image.</returns>
    /// <exception cref="ShapeException">
    /// The shapes differ, or the images are too small, or not of three channels where <see cref="Luma"/> is set.
    /// </exception>
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

    /// <summary>Returns images without graph and border, Float64, as luma if that is set.</summary>
    Tensor Prepared(Tensor images)
    {
        Tensor inner = WithoutBorder(images.Detach().To(DType.Float64));
        return Luma is not { } convention ? inner
            : inner.Shape[1] == 3 ? Lumas.Of(inner, Range, convention)
            : throw new ShapeException(
                $"{Name}: luma is that of red, green and blue, but the images are {images.Shape}. Pass [N, 3, H, W], or set Luma to null.");
    }

    Tensor WithoutBorder(Tensor images)
    {
        if (Border == 0)
        {
            return images;
        }

        ImageChecks.CheckSide(Name, images, (2 * Border) + 1, $" for a border of {Border}");
        return images.Narrow(2, Border, images.Shape[2] - (2 * Border)).Narrow(3, Border, images.Shape[3] - (2 * Border)).Contiguous();
    }

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
