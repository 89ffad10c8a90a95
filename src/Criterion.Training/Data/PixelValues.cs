namespace Criterion.Training;

/// <summary>Converts the pixel values of files to and from floats in [−1, 1].</summary>
internal static class PixelValues
{
    const double Half = 127.5;

    /// <summary>Converts bytes, or floats of a given range, to Float32 in [−1, 1].</summary>
    /// <param name="name">The name that the error begins with.</param>
    /// <param name="values">The images.</param>
    /// <param name="range">The values of black and white in floats.</param>
    /// <param name="parameter">The parameter that states the range. Default: that of <c>ImageDataset.Load</c>.</param>
    public static Tensor ToSigned(string name, Tensor values, ImageRange? range, string parameter = ImageDataset.RangeParameter)
    {
        if (values.DType == DType.UInt8)
        {
            return (values.To(DType.Float32) / Half) - 1;
        }

        if (!values.DType.IsFloat())
        {
            throw new TrainingException(
                $"{name}: images must be unsigned bytes or floats, but these are {values.DType}. "
                + "Scale them to 0 to 255 and convert them with .astype('uint8').");
        }

        ImageRange stated = range ?? throw new TrainingException(
            $"{name}: images stored as floats need their range. "
            + $"Specify whether black and white are −1 and 1, or 0 and 1 ({parameter}).");
        Tensor floats = values.Detach().To(DType.Float32);
        CheckWithin(name, floats, stated, parameter);
        if (stated == ImageRange.MinusOneOne && IsWithin(floats, -1, 1))
        {
            return floats;
        }

        Tensor signed = stated == ImageRange.MinusOneOne ? floats : ((floats - stated.Black()) * (2 / stated.Extent())) - 1;
        return signed.Clamp(-1, 1);
    }

    /// <summary>
    /// Returns the range of images in memory whose range is not given: [−1, 1], if they have a value below 0, so that images in another
    /// range are not mistaken for it.
    /// </summary>
    /// <param name="name">The name that the error begins with.</param>
    /// <param name="values">The images.</param>
    /// <param name="parameter">The parameter that states the range.</param>
    /// <exception cref="TrainingException">A value is NaN or outside [−1, 1], or none is negative.</exception>
    public static ImageRange StatedRange(string name, Tensor values, string parameter)
    {
        if (values.DType == DType.UInt8)
        {
            return ImageRange.Byte;
        }

        Tensor floats = values.Detach().To(DType.Float32);
        CheckWithin(name, floats, ImageRange.MinusOneOne, parameter);
        return !IsWithin(floats, 0, 1)
            ? ImageRange.MinusOneOne
            : throw new TrainingException(
                $"{name}: all values are from 0 to 1, so black may be 0 or −1. "
                + $"Specify {nameof(ImageRange)}.{nameof(ImageRange.ZeroOne)} or {nameof(ImageRange.MinusOneOne)} ({parameter}).");
    }

    /// <summary>Converts a PNG of <c>[C, H, W]</c> bytes to <c>[1 or 3, H, W]</c>, values in [−1, 1].</summary>
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

    /// <summary>Returns the name of a grey from 0 for black to 1 for white.</summary>
    public static string Grey(double grey) => grey switch { 0 => "black", 1 => "white", _ => $"a grey of {NumberText.Format(grey)}" };

    /// <summary>Returns whether any pixel of a PNG of <c>[C, H, W]</c> bytes is transparent.</summary>
    public static bool IsTransparent(Tensor png) =>
        png.Shape[0] != Colours(png) && png.Narrow(0, Colours(png), 1).Contiguous().AsReadOnlySpan<byte>().ContainsAnyExcept((byte)255);

    /// <summary>Returns the number of channels of a PNG without alpha.</summary>
    public static int Colours(Tensor png) => png.Shape[0] is 1 or 2 ? 1 : 3;

    /// <summary>Converts floats in [−1, 1] to bytes, rounded.</summary>
    public static Tensor ToBytes(Tensor images) => (((images.Detach() + 1) * Half) + 0.5).Clamp(0, 255).To(DType.UInt8);

    static bool IsWithin(Tensor values, float low, float high) =>
        !values.Contiguous().AsReadOnlySpan<float>().ContainsAnyExceptInRange(low, high);

    static void CheckWithin(string name, Tensor values, ImageRange range, string parameter)
    {
        (double low, double high) = range.Accepted();
        ReadOnlySpan<float> all = values.Contiguous().AsReadOnlySpan<float>();
        for (int i = 0; i < all.Length; i++)
        {
            // This form of the comparison also catches NaN.
            if (!(all[i] >= low && all[i] <= high))
            {
                throw new TrainingException(
                    $"{name}: value {i} is {NumberText.Format(all[i])}, outside the range {range.Black()}..{range.White()}. "
                    + $"Scale the images, or specify another range ({parameter}).");
            }
        }
    }
}
