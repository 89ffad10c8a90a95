namespace Criterion.Training;

/// <summary>
/// Line drawings of images: white lines where brightness changes, on black, the background that the garments have. A line is as strong
/// as the change, and two pixels wide, as Sobel's gradient gives it, so that every image has one true sketch.
/// </summary>
public static class Sketches
{
    // Differences of neighbouring pixels in [−1, 1] that are drawn as white.
    const double Strong = 2;

    /// <summary>The sketch of each image: the length of Sobel's gradient.</summary>
    /// <param name="images">[N, C, H, W] in [−1, 1].</param>
    /// <returns>The same shape and range.</returns>
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
    /// Garments and sketches of other garments, and, of the first images, pairs that are in neither: what a translator that learned
    /// from the others can be measured on.
    /// </summary>
    /// <param name="data">At least two images more than are held out.</param>
    /// <param name="heldOut">How many pairs.</param>
    public static (ImageDataset Garments, ImageDataset Sketches, (Tensor Garments, Tensor Sketches) Pairs) Unpaired(ImageDataset data, int heldOut)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(heldOut);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(heldOut, data.Count - 2);
        int middle = heldOut + ((data.Count - heldOut) / 2);
        Tensor known = data.Images[..heldOut].Contiguous();
        return (
            new ImageDataset($"{data.Source}, images {heldOut} to {middle - 1}", data.Images[heldOut..middle].Contiguous()),
            new ImageDataset($"{data.Source}, sketches of images {middle} to {data.Count - 1}", Of(data.Images[middle..])),
            (known, Of(known)));
    }
}
