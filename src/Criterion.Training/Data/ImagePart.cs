using Criterion.Formats;

namespace Criterion.Training;

/// <summary>The changes that loading makes to images.</summary>
[Flags]
internal enum ImageChanges
{
    /// <summary>No change.</summary>
    None = 0,

    /// <summary>Transparent pixels were blended with the background.</summary>
    LaidOnBackground = 1,

    /// <summary>Samples of 16 bits were rounded to 8.</summary>
    Rounded = 2,

    /// <summary>Images of 28×28 were padded to 32×32.</summary>
    Padded = 4,

    /// <summary>Images were resized.</summary>
    Resized = 8,

    /// <summary>Images were stretched to other proportions.</summary>
    Stretched = 16,
}

/// <summary>The images of one file before they are joined: Float32 <c>[N, 1 or 3, H, W]</c>, values in [−1, 1].</summary>
internal sealed record ImagePart(string Name, Tensor Images, ImageChanges Changes = ImageChanges.None)
{
    /// <summary>The side of MNIST, and the power of two that it is padded to.</summary>
    const int OddSide = 28;
    const int EvenSide = 32;

    /// <summary>Gets the name of the class of all images; null if unknown.</summary>
    public string? Class { get; init; }

    /// <summary>Gets the height and width of every image.</summary>
    public Size2 Size => new(Images.Shape[2], Images.Shape[3]);

    /// <summary>Gets the number of images.</summary>
    public int Count => Images.Shape[0];

    /// <summary>Creates the part of an array in memory or in a file that is not a PNG.</summary>
    public static ImagePart FromArray(string name, Tensor images, ImageRange? range) =>
        new(name, PixelValues.ToSigned(name, images, range));

    /// <summary>Reads the image of a PNG file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="background">The grey behind transparent pixels, in [0, 1].</param>
    public static ImagePart FromPng(string file, double background)
    {
        const int Rounded = 16;
        Tensor png = Png.Read(file);
        ImageChanges changes = Png.ReadBitDepth(file) == Rounded ? ImageChanges.Rounded : ImageChanges.None;
        changes |= PixelValues.IsTransparent(png) ? ImageChanges.LaidOnBackground : ImageChanges.None;
        return new ImagePart(file, PixelValues.OnBackground(png, background).Unsqueeze(0), changes);
    }

    /// <summary>Joins all images in one tensor: resized if a size is given, and in colour if any of them is.</summary>
    /// <param name="source">The source, for the notes.</param>
    /// <param name="parts">The images.</param>
    /// <param name="size">The side to resize to, in pixels.</param>
    /// <param name="background">The grey behind transparent pixels, for the notes.</param>
    /// <returns>The images, and sentences about the changes.</returns>
    public static (Tensor Images, IReadOnlyList<string> Notes) Join(
        string source, IReadOnlyList<ImagePart> parts, int? size, double background = 1)
    {
        ImagePart[] sized = [.. parts.Select(part => size is { } side ? part.Resize(side) : part.PadOdd())];
        if (sized.FirstOrDefault(part => part.Size != sized[0].Size) is { } other)
        {
            throw new TrainingException(
                $"Images differ in size: '{sized[0].Name}' is {sized[0].Size} and '{other.Name}' is {other.Size}. "
                + $"Give a size to resize all of them to, for example {EvenSide} ({ImageDataset.SizeParameter}).");
        }

        int channels = sized.Max(part => part.Images.Shape[1]);
        Tensor images = Tensor.Cat([.. sized.Select(part => part.Images.Expand(-1, channels, -1, -1))]);
        return (images, [.. Notes(source, sized, channels, size, background)]);
    }

    static IEnumerable<string> Notes(string source, ImagePart[] parts, int channels, int? size, double background)
    {
        int all = parts.Sum(static part => part.Count);
        string grey = PixelValues.Grey(background);
        // The words of one image, and of several.
        (int Count, string One, string Many)[] changes =
        [
            (Changed(ImageChanges.LaidOnBackground), $"has transparent pixels, which were blended with {grey}",
                $"have transparent pixels, which were blended with {grey}"),
            (Changed(ImageChanges.Rounded), "is of 16 bits and was rounded to 8", "are of 16 bits and were rounded to 8"),
            (Changed(ImageChanges.Padded), $"is {OddSide}×{OddSide} and was padded with black to {EvenSide}×{EvenSide}",
                $"are {OddSide}×{OddSide} and were padded with black to {EvenSide}×{EvenSide}"),
            (Changed(ImageChanges.Resized), $"was resized to {size}×{size}", $"were resized to {size}×{size}"),
            (Changed(ImageChanges.Stretched), "has other proportions and was stretched", "have other proportions and were stretched"),
            (parts.Where(part => part.Images.Shape[1] < channels).Sum(static part => part.Count),
                "is grey and was converted to colour, like the others", "are grey and were converted to colour, like the others"),
        ];
        return changes.Where(static change => change.Count > 0).Select(change =>
            $"{(all == 1 ? "The image" : $"{change.Count} of {all} images")} of '{source}' "
            + $"{(change.Count == 1 ? change.One : change.Many)}.");

        int Changed(ImageChanges change) => parts.Where(part => part.Changes.HasFlag(change)).Sum(static part => part.Count);
    }

    ImagePart Resize(int side) => Size == side ? this : this with
    {
        // Rounding can make a weighted mean of white slightly larger than white.
        Images = Images.UpsampleBilinear2d(side, antialias: true).Clamp(-1, 1),
        Changes = Changes | ImageChanges.Resized | (Size.Height == Size.Width ? ImageChanges.None : ImageChanges.Stretched),
    };

    ImagePart PadOdd()
    {
        const int Border = (EvenSide - OddSide) / 2;
        return Size == OddSide
            ? this with { Images = Images.Pad([Border, Border, Border, Border], -1), Changes = Changes | ImageChanges.Padded }
            : this;
    }
}
