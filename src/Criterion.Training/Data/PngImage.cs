using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Reads single PNG files for losses and metrics of images.</summary>
internal static class PngImage
{
    const double Byte = 255;

    /// <summary>Reads the image of a file, in the values of a range: Float64 <c>[1, 1 or 3, H, W]</c>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="range">The values of black and white.</param>
    /// <param name="background">The grey behind transparent pixels, in [0, 1].</param>
    /// <param name="size">The side to resize to, in pixels; null to keep the size.</param>
    /// <param name="notes">Receives sentences about changes of the image.</param>
    public static Tensor Read(string file, ImageRange range, double background, int? size, List<string> notes)
    {
        Tensor png = Png.Read(file);
        Tensor bytes = !PixelValues.IsTransparent(png)
            ? png.Narrow(0, 0, PixelValues.Colours(png)).To(DType.Float64)
            : (PixelValues.OnBackground(png, background).To(DType.Float64) + 1) * (Byte / 2);
        if (PixelValues.IsTransparent(png))
        {
            notes.Add($"'{file}' has transparent pixels, which were blended with {PixelValues.Grey(background)}.");
        }

        if (Png.ReadBitDepth(file) == 16)
        {
            notes.Add($"'{file}' is of 16 bits and was rounded to 8.");
        }

        Tensor values = ((bytes.Clamp(0, Byte) * (range.Extent() / Byte)) + range.Black()).Unsqueeze(0);
        if (size is not { } side || (values.Shape[2], values.Shape[3]) == (side, side))
        {
            return values;
        }

        notes.Add($"'{file}' was resized from {new Size2(values.Shape[2], values.Shape[3])} to {side}×{side}.");
        return values.UpsampleBilinear2d(side, antialias: true).Clamp(range.Black(), range.White());
    }

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
