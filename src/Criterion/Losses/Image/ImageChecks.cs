namespace Criterion.Losses;

/// <summary>Checks of images, for losses and metrics.</summary>
internal static class ImageChecks
{
    /// <summary>Throws if a tensor is not [N, C, H, W].</summary>
    public static void CheckImages(string name, Tensor images, string argument)
    {
        ArgumentNullException.ThrowIfNull(images, argument);
        if (images.Rank != 4)
        {
            throw new ShapeException(
                $"{name}: {argument} must be images [N, C, H, W], but is {images.Shape}. Use Unsqueeze to add a missing dimension.");
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
}
