namespace Criterion.Training;

/// <summary>
/// Draws sketches of images: white lines on black where brightness changes, by the length of the Sobel gradient. A line is as bright as the
/// change and two pixels wide. Every image has exactly one sketch, so that translations can be compared with it.
/// </summary>
public static class Sketches
{
    // The difference of neighbouring pixels in [−1, 1] that is drawn as white.
    const double Strong = 2;

    /// <summary>Computes the sketch of each image: the length of the Sobel gradient.</summary>
    /// <param name="images">The images, <c>[N, C, H, W]</c>, values in [−1, 1].</param>
    /// <returns>The sketches, of the same shape and range.</returns>
    public static Tensor Of(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        (int count, int channels, int height, int width) = (images.Shape[0], images.Shape[1], images.Shape[2], images.Shape[3]);
        Tensor padded = images.Detach().Reshape(count * channels, 1, height, width).PadReplicate([1, 1, 1, 1]);
        Tensor across = Tensor.From<float>([-0.25f, 0, 0.25f, -0.5f, 0, 0.5f, -0.25f, 0, 0.25f]).Reshape(1, 1, 3, 3);
        Tensor x = padded.Conv2d(across);
        Tensor y = padded.Conv2d(across.Transpose(2, 3).Contiguous());
        Tensor strength = ((x * x) + (y * y)).Sqrt() / Strong;
        return ((strength.Clamp(0, 1) * 2) - 1).Reshape(images.Shape);
    }

    /// <summary>
    /// Returns garments, sketches of other garments, and pairs of the first images, which are in neither set and on which a trained
    /// translator can be measured.
    /// </summary>
    /// <param name="data">The images; at least two more than are held out.</param>
    /// <param name="heldOut">The number of pairs.</param>
    public static (ImageDataset Garments, ImageDataset Sketches, (Tensor Garments, Tensor Sketches) Pairs) Unpaired(
        ImageDataset data, int heldOut)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(heldOut);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(heldOut, data.Count - 2);
        int middle = heldOut + ((data.Count - heldOut) / 2);
        Tensor images = data.Images;
        Tensor known = images[..heldOut].Contiguous();
        return (
            Named($"{data.Source}, images {heldOut} to {middle - 1}", images[heldOut..middle].Contiguous()),
            Named($"{data.Source}, sketches of images {middle} to {data.Count - 1}", Of(images[middle..])),
            (known, Of(known)));
    }

    static ImageDataset Named(string source, Tensor images) => new(source, images, range: ImageRange.MinusOneOne);
}
