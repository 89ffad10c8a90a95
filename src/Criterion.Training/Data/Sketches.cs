namespace Criterion.Training;

/// <summary>Line drawings of images: white lines where brightness changes, on black.</summary>
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
    /// Garments and sketches of other garments: the first half of the images as they are, and the sketches of the second half, so that
    /// no pair is in both.
    /// </summary>
    public static (ImageDataset Garments, ImageDataset Sketches) Unpaired(ImageDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        int half = data.Count / 2;
        return (
            new ImageDataset($"{data.Source}, first half", data.Images[..half].Contiguous()),
            new ImageDataset($"{data.Source}, sketches of the second half", Of(data.Images[half..])));
    }
}
