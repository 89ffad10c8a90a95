using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Images from one file on their way into a data set: float32 [N, 1 or 3, H, W] in [−1, 1].</summary>
internal sealed record ImagePart(string Name, Tensor Images)
{
    /// <summary>MNIST's side, and the power of two that it is padded to.</summary>
    const int OddSide = 28;
    const int EvenSide = 32;

    Size2 Size => new(Images.Shape[2], Images.Shape[3]);

    /// <summary>Everything that a name, file or folder holds.</summary>
    public static IEnumerable<ImagePart> Load(string source, ImageRange? range)
    {
        if (source == ImageDataset.FashionMnistName)
        {
            return [FromArray(source, ImageDataset.FashionMnistBytes(), range)];
        }

        if (Directory.Exists(source))
        {
            return Folder(source);
        }

        if (!File.Exists(source))
        {
            throw new TrainingException(
                $"There is no file or folder '{source}'. Give {ImageDataset.FashionMnistName}, a folder of PNGs, an IDX file or a .npy file{(source == GaussianRing.Name ? "; points and images do not mix" : "")}.");
        }

        return [Path.GetExtension(source).ToUpperInvariant() switch
        {
            ".PNG" => FromPng(source),
            ".NPY" => FromArray(source, Npy.Read(source), range),
            _ => FromArray(source, Idx.Read(source), range),
        }];
    }

    /// <summary>An array of images as .npy and IDX files hold them, [N, H, W] or [N, C, H, W].</summary>
    public static ImagePart FromArray(string name, Tensor array, ImageRange? range)
    {
        Tensor images = array.Rank == 3 ? array.Unsqueeze(1) : array;
        if (images.Rank != 4 || images.Shape[1] is not (1 or 3) || images.Count == 0)
        {
            throw new TrainingException(
                $"{name}: an array of shape {array.Shape} holds no images. It must be [N, H, W] or [N, C, H, W] with C = 1 (grey) or 3 (colour), and not empty.");
        }

        return new ImagePart(name, PixelValues.ToSigned(name, images, range));
    }

    /// <summary>All images in one tensor: resized if a size is given, and in colour if any of them is.</summary>
    public static Tensor Join(ImagePart[] parts, int? size)
    {
        ImagePart[] sized = [.. parts.Select(part => size is { } side ? part.Resize(side) : part.PadOdd())];
        if (sized.FirstOrDefault(part => part.Size != sized[0].Size) is { } other)
        {
            throw new TrainingException(
                $"Images differ in size: '{sized[0].Name}' is {sized[0].Size} and '{other.Name}' is {other.Size}. Resize all of them with --size (ImageDataset.Load: size), for example --size {EvenSide}.");
        }

        int channels = sized.Max(part => part.Images.Shape[1]);
        return Tensor.Cat([.. sized.Select(part => part.Images.Expand(-1, channels, -1, -1))]);
    }

    static IEnumerable<ImagePart> Folder(string folder)
    {
        EnumerationOptions everywhere = new() { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive };
        string[] files = Directory.GetFiles(folder, "*.png", everywhere);
        if (files.Length == 0)
        {
            throw new TrainingException(
                $"The folder '{folder}' holds no PNG images. Convert other images to PNG; name .npy and IDX files themselves, not their folder.");
        }

        Array.Sort(files, StringComparer.Ordinal);
        return files.Select(FromPng);
    }

    static ImagePart FromPng(string file) => new(file, PixelValues.OnBlack(Png.Read(file)).Unsqueeze(0));

    ImagePart Resize(int side) => Size == side ? this : this with { Images = Images.UpsampleBilinear2d(side) };

    ImagePart PadOdd()
    {
        const int Border = (EvenSide - OddSide) / 2;
        return Size == OddSide ? this with { Images = Images.Pad([Border, Border, Border, Border], -1) } : this;
    }
}
