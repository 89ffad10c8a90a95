namespace Criterion.Training;

/// <summary>Recognizes arrays of images and refuses ambiguous ones, so that no dimensions are mixed up.</summary>
internal static class ImageArray
{
    /// <summary>Returns the images of an array as <c>[N, C, H, W]</c>.</summary>
    /// <param name="name">The source of the array, for errors.</param>
    /// <param name="array">The array, <c>[N, C, H, W]</c> with C = 1 or 3, or <c>[N, H, W]</c>.</param>
    /// <param name="isImagesFirst">Whether the format defines the first dimension as the number of images, as IDX does.</param>
    /// <exception cref="TrainingException">The shape is another one, or is ambiguous.</exception>
    public static Tensor ToImages(string name, Tensor array, bool isImagesFirst = false)
    {
        Tensor images = array.Rank == 3 ? array.Unsqueeze(1) : array;
        string? wayOut = isImagesFirst ? null : WayOut(array.Shape);
        return wayOut is null && images.Rank == 4 && images.Shape[1] is 1 or 3 && images.Count > 0
            ? images
            : throw new TrainingException(
                $"{name}: an array of shape {array.Shape} {(wayOut is null ? "holds no images" : "may be images in another order")}. "
                + $"It must be [N, H, W] or [N, C, H, W] with C = 1 (grey) or 3 (colour), and not empty.{wayOut}");
    }

    /// <summary>Returns how to reorder an array that has channels last or lacks a dimension; null if the shape is unambiguous.</summary>
    static string? WayOut(Shape shape) => shape.Rank switch
    {
        2 => $" One grey image [H, W]: array[None], of shape [1, {shape[0]}, {shape[1]}].",
        3 when IsChannels(shape[2]) =>
            $" One image [H, W, {shape[2]}]: array{Colours(shape[2])}.transpose(2, 0, 1)[None]. "
            + $"{shape[0]} grey images of {shape[1]}×{shape[2]}: array[:, None].",
        3 when shape[0] == 3 => $" One colour image [3, H, W]: array[None]. 3 grey images: array[:, None].",
        4 when shape[1] is not (1 or 3) && IsChannels(shape[3]) => $" Images [N, H, W, {shape[3]}]: "
            + $"array{Colours(shape[3])}.transpose(0, 3, 1, 2).",
        4 when shape[1] == 4 => " Images [N, 4, H, W] with transparency: lay them on a background, or array[:, :3] to leave it out.",
        _ => null,
    };

    static bool IsChannels(int size) => size is 1 or 3 or 4;

    // Whether to drop an alpha channel is left to the user.
    static string Colours(int channels) => channels == 4 ? "[..., :3]" : "";
}
