using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>The distance of images from their counterparts by a metric such as <see cref="Lpips"/>: the mean over pairs.</summary>
public sealed record PairedDistance
{
    // The features of an image of 256×256 pixels by VGG16 take about 60 MB.
    const int Batch = 8;

    /// <summary>Gets the source of the first images.</summary>
    public required string Real { get; init; }

    /// <summary>Gets the source of their counterparts.</summary>
    public required string Fake { get; init; }

    /// <summary>Gets the name of the metric.</summary>
    public required string Metric { get; init; }

    /// <summary>Gets the number of pairs.</summary>
    public required int Pairs { get; init; }

    /// <summary>Gets the height of the images, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Gets the width of the images, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Gets the mean over pairs and its interval.</summary>
    public required Interval Distance { get; init; }

    /// <summary>Gets the changes that loading made, as sentences to show to the user.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Compares the images of two sources; grey images get three equal channels.</summary>
    /// <param name="metric">The metric of images in colour, of any range.</param>
    /// <param name="name">The name of the metric.</param>
    /// <param name="pairs">The two sources: folders, whose files are paired by name, or arrays, which are paired by order.</param>
    /// <param name="onProgress">Called after every 32 files that are read. Default: nothing.</param>
    /// <exception cref="TrainingException">Images are missing, have no counterpart, or differ in size.</exception>
    public static PairedDistance Of(ImageMetric metric, string name, SourcePairs pairs, Action<LoadProgress>? onProgress = null)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(pairs);
        (ImageDataset real, ImageDataset fake) = pairs.All(onProgress);
        PairedImages.CheckCounts(real, fake);
        return real.Size != fake.Size
            ? throw new TrainingException(
                $"The images of '{real.Source}' are {real.Size} and those of '{fake.Source}' {fake.Size}, and only images of one size are "
                + $"compared. Give a size to resize both to ({ImageDataset.SizeParameter}).")
            : new PairedDistance
            {
                Real = real.Source,
                Fake = fake.Source,
                Metric = name,
                Pairs = real.Count,
                Height = real.Size.Height,
                Width = real.Size.Width,
                Distance = Interval.Of(PerPair(metric, real.WithChannels(3), fake.WithChannels(3))),
                Notes = [.. real.Notes, .. fake.Notes],
            };
    }

    static List<double> PerPair(ImageMetric metric, ImageDataset real, ImageDataset fake)
    {
        List<double> distances = [];
        for (int from = 0; from < real.Count; from += Batch)
        {
            Range part = from..Math.Min(from + Batch, real.Count);
            using TensorScope scope = new();
            using Autograd.GradMode mode = Autograd.NoGrad();
            distances.AddRange(metric.PerImage(InRange(metric, fake.Stored[part]), InRange(metric, real.Stored[part])).ToArray<double>());
        }

        return distances;
    }

    static Tensor InRange(ImageMetric metric, Tensor stored) =>
        ((PixelValues.Signed(stored).To(DType.Float64) + 1) * (metric.Range.Extent() / 2)) + metric.Range.Black();
}
