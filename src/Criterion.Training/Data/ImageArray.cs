namespace Criterion.Training;

/// <summary>Tells arrays of images from arrays that only look like them: none is read with its dimensions mixed up.</summary>
internal static class ImageArray
{
    /// <summary>The images of an array as [N, C, H, W].</summary>
    /// <param name="name">Where it comes from.</param>
    /// <param name="array">[N, C, H, W] with C = 1 or 3, or [N, H, W].</param>
    /// <param name="isImagesFirst">Whether the format says that the first dimension counts images, as IDX does.</param>
    /// <exception cref="TrainingException">It is neither, or could be something else as well.</exception>
    public static Tensor ToImages(string name, Tensor array, bool isImagesFirst = false)
    {
        Tensor images = array.Rank == 3 ? array.Unsqueeze(1) : array;
        string? wayOut = isImagesFirst ? null : WayOut(array.Shape);
        return wayOut is null && images.Rank == 4 && images.Shape[1] is 1 or 3 && images.Count > 0
            ? images
            : throw new TrainingException(
                $"{name}: an array of shape {array.Shape} {(wayOut is null ? "holds no images" : "may be images in another order")}. It must be [N, H, W] or [N, C, H, W] with C = 1 (grey) or 3 (colour), and not empty.{wayOut}");
    }

    /// <summary>How to bring an array into order that has channels last, or lacks a dimension; null where there is no doubt.</summary>
    static string? WayOut(Shape shape) => shape.Rank switch
    {
        2 => $" One grey image [H, W]: array[None], of shape [1, {shape[0]}, {shape[1]}].",
        3 when IsChannels(shape[2]) =>
            $" One image [H, W, {shape[2]}]: array{Colours(shape[2])}.transpose(2, 0, 1)[None]. {shape[0]} grey images of {shape[1]}×{shape[2]}: array[:, None].",
        3 when shape[0] == 3 => $" One colour image [3, H, W]: array[None]. 3 grey images: array[:, None].",
        4 when shape[1] is not (1 or 3) && IsChannels(shape[3]) => $" Images [N, H, W, {shape[3]}]: array{Colours(shape[3])}.transpose(0, 3, 1, 2).",
        4 when shape[1] == 4 => " Images [N, 4, H, W] with transparency: lay them on a background, or array[:, :3] to leave it out.",
        _ => null,
    };

    static bool IsChannels(int size) => size is 1 or 3 or 4;

    // An alpha channel is left out by the user, if at all.
    static string Colours(int channels) => channels == 4 ? "[..., :3]" : "";
}
