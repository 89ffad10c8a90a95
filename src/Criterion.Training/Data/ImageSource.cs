using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Loads the images of one source: built-in data, a folder, or a file.</summary>
internal static class ImageSource
{
    /// <summary>Refuses sources that obviously have no images, before anything is loaded.</summary>
    /// <param name="source">A built-in name, a folder, or a file.</param>
    /// <exception cref="TrainingException">It is missing, or is the folder of a run.</exception>
    public static void Check(string source)
    {
        if (DataArguments.IsBuiltIn(source))
        {
            return;
        }

        ImageFolder.RefuseRun(source);
        if (!Path.Exists(source))
        {
            throw new TrainingException(
                $"There is no file or folder '{source}'. "
                    + $"Give {ImageDataset.FashionMnistName}, a folder of images, an IDX file or a .npy file.");
        }
    }

    /// <summary>Returns whether a source may hold floats, whose range must be given: a file other than a picture.</summary>
    public static bool MayHoldFloats(string source) => !DataArguments.IsBuiltIn(source) && !MayBeTransparent(source);

    /// <summary>Returns whether images of a source may be transparent: a picture, or a folder of them.</summary>
    public static bool MayBeTransparent(string source) =>
        !DataArguments.IsBuiltIn(source) && (Directory.Exists(source) || ImageFormats.IsReadable(source));

    /// <summary>Returns whether a source is a picture that can be read.</summary>
    public static bool IsPicture(string source) =>
        !DataArguments.IsBuiltIn(source) && ImageFormats.IsReadable(source) && !Directory.Exists(source);

    /// <summary>Lists the pictures of a source, or loads its array.</summary>
    /// <param name="source">A built-in name, which no file or folder replaces; a folder; or a file.</param>
    /// <param name="range">The values of black and white in files of floats.</param>
    /// <param name="notes">Receives sentences about files that were ignored.</param>
    /// <exception cref="TrainingException">It is missing, has no images, or has some that cannot be read.</exception>
    public static IEnumerable<ImageItem> Items(string source, ImageRange? range, List<string> notes)
    {
        Check(source);
        if (DataArguments.IsBuiltIn(source))
        {
            return source == ImageDataset.FashionMnistName
                ? [OfArray(source, ImageDataset.FashionMnistBytes().Unsqueeze(1), range)]
                : throw new TrainingException(
                    $"'{source}' is the built-in set of points of a {nameof(GaussianRing)}, and points and images cannot be mixed. "
                    + $"For a folder of that name give './{source}'.");
        }

        if (Directory.Exists(source))
        {
            ImageFolder folder = ImageFolder.Of(source);
            notes.AddRange(folder.Notes);
            return folder.Files.Select(static file => new ImageItem(file.Path) { Class = file.Class, MayBeSkipped = true });
        }

        return [OfFile(source, range)];
    }

    static ImageItem OfFile(string file, ImageRange? range) =>
        ImageFormats.CanReadFile(file) ? new ImageItem(file)
        : ImageFormats.IsPicture(file) ? throw PictureFile.Unsupported(file)
        : Path.GetExtension(file).Equals(".npy", StringComparison.OrdinalIgnoreCase)
            ? OfArray(file, ImageArray.ToImages(file, Npy.Read(file)), range)
            : OfArray(file, ImageArray.ToImages(file, Idx.Read(file), isImagesFirst: true), range);

    static ImageItem OfArray(string name, Tensor images, ImageRange? range) => new(name, ImagePart.FromArray(name, images, range));
}
