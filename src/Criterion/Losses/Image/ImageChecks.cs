namespace Criterion.Losses;

/// <summary>Checks of images, for losses and metrics.</summary>
internal static class ImageChecks
{
    /// <summary>The largest number of channels of a picture: RGB and alpha.</summary>
    const int MostChannels = 4;

    /// <summary>
    /// Returns two batches of images [N, C, H, W] of one shape; single images [C, H, W] as batches of one. A matrix is refused, because it
    /// may be a gray image or rows of flattened images.
    /// </summary>
    public static (Tensor X, Tensor Y) Pair(string name, Tensor x, Tensor y, string nameX, string nameY)
    {
        ArgumentNullException.ThrowIfNull(x, nameX);
        ArgumentNullException.ThrowIfNull(y, nameY);
        CheckSameShape(name, x, y, nameX, nameY);
        return (Batch(name, x, nameX), Batch(name, y, nameY));
    }

    /// <summary>Returns images [N, C, H, W]; a single image [C, H, W] as a batch of one.</summary>
    public static Tensor Batch(string name, Tensor images, string argument)
    {
        ArgumentNullException.ThrowIfNull(images, argument);
        return images.Rank switch
        {
            4 => images,
            3 => images.Unsqueeze(0),
            _ => throw new ShapeException(
                $"{name}: {argument} must be images [N, C, H, W] or one image [C, H, W], but is {images.Shape}. "
                + $"For a gray image [H, W] use {argument}.Unsqueeze(0); for flattened images use {argument}.Reshape(N, C, H, W)."),
        };
    }

    /// <summary>
    /// Throws if pictures appear to have their channels last: more channels than a picture has, and a width of at most as many pixels.
    /// </summary>
    public static void CheckChannels(string name, Tensor images, string argument)
    {
        (int channels, int height, int width) = (images.Shape[-3], images.Shape[-2], images.Shape[-1]);
        if (channels > MostChannels && height > MostChannels && (width is 1 or 3 or MostChannels))
        {
            throw new ShapeException(
                $"{name}: {argument} {images.Shape} appears to have its channels last. Images are [C, H, W] or [N, C, H, W]: use "
                + $"{argument}.{(images.Rank == 4 ? "Permute(0, 3, 1, 2)" : "Permute(2, 0, 1)")}.");
        }
    }

    /// <summary>Throws if a value is outside the range. NaN passes, so that it shows in the result.</summary>
    public static void CheckRange(string name, ImageRange range, Tensor values, string argument)
    {
        (double least, double largest) = range.Accepted();
        ArgumentNullException.ThrowIfNull(values, argument);
        if (values.Count == 0 || values.AllWithin(least, largest))
        {
            return;
        }

        ValueChecks.InRange(
            name,
            values,
            least,
            largest,
            $"in [{range.Black()}, {range.White()}], as ImageRange.{range} states",
            $"Choose another ImageRange, or use {argument}.Clamp({range.Black()}, {range.White()}).",
            argument);
    }

    /// <summary>Throws if images are too small.</summary>
    public static void CheckSide(string name, Tensor images, int least, string why)
    {
        int side = Math.Min(images.Shape[2], images.Shape[3]);
        if (side < least)
        {
            throw new ShapeException($"{name}: images {images.Shape} are too small: sides must be at least {least}{why}.");
        }
    }

    static void CheckSameShape(string name, Tensor x, Tensor y, string nameX, string nameY)
    {
        if (x.Shape == y.Shape)
        {
            return;
        }

        string where = x.Rank == y.Rank
            ? $"differ at dim {Enumerable.Range(0, x.Rank).First(i => x.Shape[i] != y.Shape[i])}"
            : "differ in rank";
        throw new ShapeException(
            $"{name}: {nameX} {x.Shape} and {nameY} {y.Shape} {where}. Images are never broadcast; {Advice(x, y, nameY)}.");
    }

    /// <summary>Returns how to give two images one shape.</summary>
    static string Advice(Tensor x, Tensor y, string nameY)
    {
        if (x.Rank is not (3 or 4) || x.Rank != y.Rank)
        {
            return "pass two images [C, H, W] or two batches [N, C, H, W]";
        }

        if (x.Shape[-3] != y.Shape[-3])
        {
            return "pass as many channels in both: Narrow(-3, 0, 3) drops the alpha of RGBA, Narrow(-3, 0, 1) that of gray";
        }

        return x.Shape[-2] == y.Shape[-2] && x.Shape[-1] == y.Shape[-1]
            ? "pass as many images in both"
            : $"crop one of them, or resize {nameY} in [N, C, H, W] by UpsampleBilinear2d(size, antialias: true)";
    }
}
