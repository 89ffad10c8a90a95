namespace Criterion.Training;

/// <summary>Converts the pixel values of files to and from floats in [−1, 1].</summary>
internal static class PixelValues
{
    const double Half = 127.5;
    const double Byte = 255;

    /// <summary>Converts floats of a given range to Float32 in [−1, 1]; bytes stay bytes.</summary>
    /// <param name="name">The name that the error begins with.</param>
    /// <param name="values">The images.</param>
    /// <param name="range">The values of black and white in floats.</param>
    /// <param name="parameter">The parameter that states the range. Default: that of <c>ImageDataset.Load</c>.</param>
    public static Tensor ToStored(string name, Tensor values, ImageRange? range, string parameter = ImageDataset.RangeParameter)
    {
        if (values.DType == DType.UInt8)
        {
            return values;
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

    /// <summary>Converts stored images to Float32 in [−1, 1]: bytes are divided by 127.5, floats stay as they are.</summary>
    public static Tensor Signed(Tensor stored) => stored.DType == DType.UInt8 ? (stored.To(DType.Float32) / Half) - 1 : stored;

    /// <summary>Blends a picture of <c>[C, H, W]</c> bytes with a background and drops its alpha, <c>[1 or 3, H, W]</c>.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="background">The grey behind transparent pixels, from 0 for black to 1 for white.</param>
    public static Tensor OnBackground(Tensor picture, double background)
    {
        int colours = Colours(picture);
        Tensor pixels = picture.Narrow(0, 0, colours);
        if (!IsTransparent(picture))
        {
            return pixels;
        }

        Tensor opacity = picture.Narrow(0, colours, 1).To(DType.Float32) / Byte;
        return Round((pixels.To(DType.Float32) * opacity) + ((1 - opacity) * (Byte * background)));
    }

    /// <summary>Rounds floats in [0, 255] to bytes.</summary>
    public static Tensor Round(Tensor values) => (values + 0.5).Clamp(0, Byte).To(DType.UInt8);

    /// <summary>Returns the name of a grey from 0 for black to 1 for white.</summary>
    public static string Grey(double grey) => grey switch { 0 => "black", 1 => "white", _ => $"a grey of {NumberText.Format(grey)}" };

    /// <summary>Returns whether any pixel of a picture of <c>[C, H, W]</c> bytes is transparent.</summary>
    public static bool IsTransparent(Tensor picture) =>
        picture.Shape[0] != Colours(picture)
        && picture.Narrow(0, Colours(picture), 1).Contiguous().AsReadOnlySpan<byte>().ContainsAnyExcept((byte)255);

    /// <summary>Returns the number of channels of a picture without alpha.</summary>
    public static int Colours(Tensor picture) => picture.Shape[0] is 1 or 2 ? 1 : 3;

    /// <summary>Converts floats in [−1, 1] to bytes, rounded.</summary>
    public static Tensor ToBytes(Tensor images) => Round((images.Detach() + 1) * Half);

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
