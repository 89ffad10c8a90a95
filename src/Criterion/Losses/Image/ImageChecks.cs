namespace Criterion.Losses;

/// <summary>What losses and metrics of images ask of them.</summary>
internal static class ImageChecks
{
    /// <summary>Says that a tensor does not hold images.</summary>
    public static void CheckImages(string name, Tensor images, string argument)
    {
        ArgumentNullException.ThrowIfNull(images, argument);
        if (images.Rank != 4)
        {
            throw new ShapeException($"{name}: {argument} must be images [N, C, H, W], and is {images.Shape}. Unsqueeze a missing dim.");
        }
    }

    /// <summary>Says which value lies outside the stated range; NaN passes: it shows in the result.</summary>
    public static void CheckRange(string name, ImageRange range, Tensor values, string argument)
    {
        (double least, double largest) = range.Accepted();
        ValueChecks.InRange(
            name,
            values,
            least,
            largest,
            $"in [{range.Black()}, {range.White()}], as ImageRange.{range} states",
            $"Choose another ImageRange, or use {argument}.Clamp({range.Black()}, {range.White()}).",
            argument);
    }

    /// <summary>Says that images are too small.</summary>
    public static void CheckSide(string name, Tensor images, int least, string why)
    {
        int side = Math.Min(images.Shape[2], images.Shape[3]);
        if (side < least)
        {
            throw new ShapeException($"{name}: images of {images.Shape} are too small: the least side is {least}{why}.");
        }
    }
}
