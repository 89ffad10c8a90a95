namespace Criterion.Training;

/// <summary>Pixel values as files hold them, to and from floats in [−1, 1].</summary>
internal static class PixelValues
{
    const double Half = 127.5;

    /// <summary>Bytes, or floats of a stated range, as Float32 in [−1, 1].</summary>
    public static Tensor ToSigned(string name, Tensor values, ImageRange? range)
    {
        if (values.DType == DType.UInt8)
        {
            return (values.To(DType.Float32) / Half) - 1;
        }

        if (!values.DType.IsFloat())
        {
            throw new TrainingException($"{name}: images are stored as unsigned bytes or floats, and these are read as {values.DType}. Scale them to 0 to 255 and convert them with .astype('uint8').");
        }

        ImageRange stated = range ?? throw new TrainingException(
            $"{name}: images stored as floats need their range. State whether black and white are −1 and 1, or 0 and 1 ({ImageDataset.RangeParameter}).");
        Tensor floats = values.To(DType.Float32);
        CheckWithin(name, floats, stated);
        Tensor signed = stated == ImageRange.MinusOneOne ? floats : ((floats - stated.Black()) * (2 / stated.Extent())) - 1;
        return signed.Clamp(-1, 1);
    }

    /// <summary>A PNG of [C, H, W] bytes as [1 or 3, H, W] in [−1, 1].</summary>
    /// <param name="png">The image.</param>
    /// <param name="background">The grey behind transparent pixels, from 0 for black to 1 for white.</param>
    public static Tensor OnBackground(Tensor png, double background)
    {
        Tensor floats = png.To(DType.Float32);
        int colours = Colours(png);
        Tensor pixels = (floats.Narrow(0, 0, colours) / Half) - 1;
        if (png.Shape[0] == colours)
        {
            return pixels;
        }

        Tensor opacity = floats.Narrow(0, colours, 1) / 255;
        return (pixels * opacity) + ((1 - opacity) * ((2 * background) - 1));
    }

    /// <summary>Whether a pixel of a PNG of [C, H, W] bytes lets through what is behind it.</summary>
    public static bool IsTransparent(Tensor png) =>
        png.Shape[0] != Colours(png) && png.Narrow(0, Colours(png), 1).Contiguous().AsReadOnlySpan<byte>().ContainsAnyExcept((byte)255);

    static int Colours(Tensor png) => png.Shape[0] is 1 or 2 ? 1 : 3;

    /// <summary>Floats in [−1, 1] as bytes, rounded.</summary>
    public static Tensor ToBytes(Tensor images) => (((images.Detach() + 1) * Half) + 0.5).Clamp(0, 255).To(DType.UInt8);

    static void CheckWithin(string name, Tensor values, ImageRange range)
    {
        (double low, double high) = range.Accepted();
        ReadOnlySpan<float> all = values.AsReadOnlySpan<float>();
        for (int i = 0; i < all.Length; i++)
        {
            // Written so that NaN is caught.
            if (!(all[i] >= low && all[i] <= high))
            {
                throw new TrainingException($"{name}: value {i} is {all[i]}, outside the stated range {range.Black()}..{range.White()}. Scale the images, or state another range ({ImageDataset.RangeParameter}).");
            }
        }
    }
}
