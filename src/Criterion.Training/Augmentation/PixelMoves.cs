namespace Criterion.Training;

/// <summary>Moves and masks of whole pixels that differ from image to image.</summary>
internal static class PixelMoves
{
    /// <summary>Moves each image; what moves in is 0.</summary>
    /// <param name="images">The images, <c>[N, C, H, W]</c>.</param>
    /// <param name="by">The pixels down and to the right, Int64 <c>[N, 2]</c>.</param>
    public static Tensor Translate(Tensor images, Tensor by)
    {
        long[] moves = by.ToArray<long>();
        int border = (int)moves.Max(Math.Abs);
        if (border == 0)
        {
            return images;
        }

        (int count, int channels, int height, int width) = (images.Shape[0], images.Shape[1], images.Shape[2], images.Shape[3]);
        int wide = width + (2 * border);
        long[] places = new long[count * height * width];
        for (int i = 0; i < places.Length; i++)
        {
            (int image, int row, int column) = (i / (height * width), i / width % height, i % width);
            (long down, long right) = (moves[2 * image], moves[(2 * image) + 1]);
            places[i] = ((row + border - down) * wide) + column + border - right;
        }

        Tensor index = Tensor.From(places, [count, 1, height * width]).Expand(count, channels, height * width);
        return images.Pad([border, border, border, border]).Flatten(2).Gather(2, index).Reshape(images.Shape);
    }

    /// <summary>Returns 0 in a box of each image and 1 outside, <c>[N, 1, H, W]</c>, of the type of the images.</summary>
    /// <param name="images">The images, <c>[N, C, H, W]</c>.</param>
    /// <param name="centre">The row and column of each centre, Int64 <c>[N, 2]</c>.</param>
    /// <param name="box">The height and width of the box.</param>
    public static Tensor OutsideBox(Tensor images, Tensor centre, Size2 box)
    {
        Tensor rows = Inside(images.Shape[2], centre.Narrow(1, 0, 1), box.Height).Reshape(-1, 1, images.Shape[2], 1);
        Tensor columns = Inside(images.Shape[3], centre.Narrow(1, 1, 1), box.Width).Reshape(-1, 1, 1, images.Shape[3]);
        return 1 - (rows * columns).To(images.DType);
    }

    // 1 at the positions along one side that are in the box, Float32 [N, side].
    static Tensor Inside(int side, Tensor centre, int length)
    {
        Tensor from = Tensor.Arange(side) - centre + (length / 2);
        return (from >= 0).To(DType.Float32) * (from < length).To(DType.Float32);
    }
}
