namespace Criterion.Training;

/// <summary>Reads single pictures for losses and metrics of images.</summary>
internal static class SingleImage
{
    const double Byte = 255;

    /// <summary>Reads the image of a file, in the values of a range: Float64 <c>[1, 1 or 3, H, W]</c>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="range">The values of black and white.</param>
    /// <param name="background">The grey behind transparent pixels and of borders, in [0, 1].</param>
    /// <param name="notes">Receives sentences about changes of the image.</param>
    /// <param name="size">The side to resize to, in pixels; null to keep the size.</param>
    /// <param name="fit">How an image that is not square is resized.</param>
    public static Tensor Read(
        string file, ImageRange range, double background, List<string> notes, int? size = null, ImageFit fit = ImageFit.Stretch)
    {
        ImagePart whole = ImagePart.FromPicture(file, background);
        ImagePart picture = size is { } side ? whole.Resize(side, fit, background) : whole;
        notes.AddRange(ChangePhrases.Of(background, size)
            .Where(phrase => picture.Changes.HasFlag(phrase.Change))
            .Select(phrase => $"'{file}' {(phrase.Change == ImageChanges.Resized ? $"{Resized(whole.Size)}{size}×{size}" : phrase.One)}."));
        return (picture.Images.To(DType.Float64) * (range.Extent() / Byte)) + range.Black();
    }

    static string Resized(Size2 from) => $"was resized from {from} to ";

    /// <summary>Returns images in colour if any of them is: grey ones with three equal channels.</summary>
    /// <param name="images">The images and their files.</param>
    /// <param name="notes">Receives sentences about changes of the images.</param>
    public static Tensor[] InSameChannels(IReadOnlyList<(string File, Tensor Image)> images, List<string> notes)
    {
        int channels = images.Max(static one => one.Image.Shape[1]);
        notes.AddRange(images.Where(one => one.Image.Shape[1] != channels)
            .Select(static one => $"'{one.File}' is grey and was converted to colour, like the other."));
        return [.. images.Select(one => one.Image.Expand(-1, channels, -1, -1).Contiguous())];
    }
}
