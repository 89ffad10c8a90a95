using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Composes small images into one picture.</summary>
public static class ImageGrid
{
    const int Gap = 2;

    // Small images are enlarged to about this side, in pixels, to be visible.
    const int VisibleSide = 64;

    /// <summary>Arranges images row by row with dark lines between them.</summary>
    /// <param name="images">The images, <c>[N, C, H, W]</c>, values in [−1, 1].</param>
    /// <param name="columns">The images in a row. Default: about as many as there are rows.</param>
    /// <returns>Bytes <c>[C, H, W]</c>, as <see cref="Formats.Png"/> writes them.</returns>
    public static Tensor Compose(Tensor images, int? columns = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Shape[0] == 0)
        {
            throw new ShapeException($"ImageGrid: images must be [N, C, H, W] with at least one image, but are {images.Shape}.");
        }

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

    static Tensor Enlarge(Tensor images)
    {
        int factor = Math.Max(1, VisibleSide / Math.Max(images.Shape[2], images.Shape[3]));
        return images.UpsampleNearest2d((images.Shape[2] * factor, images.Shape[3] * factor));
    }
}
