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
            throw new TrainingException($"{name}: images are stored as unsigned bytes or floats, and these are {values.DType}. Convert them, for example with .astype('uint8').");
        }

        ImageRange stated = range ?? throw new TrainingException(
            $"{name}: images stored as floats need their range: say --range -1..1 or --range 0..1 (ImageDataset.Load: range).");
        Tensor floats = values.To(DType.Float32);
        CheckWithin(name, floats, stated);
        return stated == ImageRange.MinusOneOne ? floats : ((floats - stated.Black()) * (2 / stated.Extent())) - 1;
    }

    /// <summary>A PNG of [C, H, W] bytes as [1 or 3, H, W] in [−1, 1], laid on black where it is transparent.</summary>
    public static Tensor OnBlack(Tensor png)
    {
        Tensor floats = png.To(DType.Float32);
        int colours = png.Shape[0] is 1 or 2 ? 1 : 3;
        Tensor pixels = floats.Narrow(0, 0, colours);
        return ((png.Shape[0] == colours ? pixels : pixels * (floats.Narrow(0, colours, 1) / 255)) / Half) - 1;
    }

    /// <summary>Floats in [−1, 1] as bytes, rounded.</summary>
    public static Tensor ToBytes(Tensor images) => (((images.Detach() + 1) * Half) + 0.5).Clamp(0, 255).To(DType.UInt8);

    static void CheckWithin(string name, Tensor values, ImageRange range)
    {
        (double low, double high) = (range.Black(), range.White());
        ReadOnlySpan<float> all = values.AsReadOnlySpan<float>();
        for (int i = 0; i < all.Length; i++)
        {
            // Written so that NaN is caught.
            if (!(all[i] >= low && all[i] <= high))
            {
                throw new TrainingException($"{name}: value {i} is {all[i]}, outside the stated range {low}..{high}. Scale the images, or state another range.");
            }
        }
    }
}
