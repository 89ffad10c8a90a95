using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Composes small images into one picture.</summary>
public static class ImageGrid
{
    const int Gap = 2;

    // Small images are enlarged to about this side, in pixels, to be visible.
    const int VisibleSide = 64;

    /// <summary>Arranges images row by row with dark lines between them.</summary>
    /// <param name="images">
    /// The images, <c>[N, C, H, W]</c>: bytes, values in [0, 255], or floats with values in <paramref name="range"/>.
    /// </param>
    /// <param name="columns">The images in a row. Default: about as many as there are rows.</param>
    /// <param name="range">
    /// The values of black and white in floats; ignored for bytes. Default: [−1, 1]. Floats without a negative value need it, because they
    /// may have any range.
    /// </param>
    /// <returns>Bytes <c>[C, H, W]</c>, as <see cref="Formats.Png"/> writes them.</returns>
    /// <exception cref="ShapeException">The images have another shape, or there are none.</exception>
    /// <exception cref="TrainingException">
    /// A value is NaN or outside the range, or no value is negative and no range is given.
    /// </exception>
    public static Tensor Compose(Tensor images, int? columns = null, ImageRange? range = null)
    {
        const string Name = nameof(ImageGrid);
        const string Parameter = $"{Name}.{nameof(Compose)}: range";
        CheckShape(images);
        using TensorScope scope = new();
        ImageRange stated = range ?? PixelValues.StatedRange(Name, images, Parameter);
        return scope.Keep(Draw(PixelValues.Signed(PixelValues.ToStored(Name, images, stated, Parameter)), columns));
    }

    /// <summary>Arranges images as <see cref="Compose"/> does, with values beyond [−1, 1] drawn as black or white.</summary>
    /// <remarks>For samples of a network in training, whose picture must not end the run.</remarks>
    internal static Tensor Draw(Tensor images, int? columns = null)
    {
        CheckShape(images);
        using TensorScope scope = new();
        Tensor tiles = PixelValues.ToBytes(Enlarge(images)).Pad([Gap, 0, Gap, 0]);
        (int channels, int height, int width) = (tiles.Shape[1], tiles.Shape[2], tiles.Shape[3]);
        int across = columns ?? (int)Math.Ceiling(Math.Sqrt(tiles.Shape[0]));
        int down = (tiles.Shape[0] + across - 1) / across;
        Tensor whole = Tensor.Zeros([down * across, channels, height, width], DType.UInt8);
        whole[..tiles.Shape[0]] = tiles;
        Tensor grid = whole.Reshape(down, across, channels, height, width).Permute(2, 0, 3, 1, 4)
            .Reshape(channels, down * height, across * width);
        return scope.Keep(grid.Pad([0, Gap, 0, Gap]));
    }

    static void CheckShape(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Shape[0] == 0)
        {
            throw new ShapeException($"{nameof(ImageGrid)}: images must be [N, C, H, W] with at least one image, but are {images.Shape}.");
        }
    }

    static Tensor Enlarge(Tensor images)
    {
        int factor = Math.Max(1, VisibleSide / Math.Max(images.Shape[2], images.Shape[3]));
        return images.UpsampleNearest2d((images.Shape[2] * factor, images.Shape[3] * factor));
    }
}
