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
                    + $"Give {ImageDataset.FashionMnistName}, a folder of PNGs, an IDX file or a .npy file.");
        }
    }

    /// <summary>Returns whether a source may hold floats, whose range must be given: a file other than a PNG.</summary>
    public static bool MayHoldFloats(string source) => !DataArguments.IsBuiltIn(source) && !MayBeTransparent(source);

    /// <summary>Returns whether images of a source may be transparent: a PNG, or a folder of them.</summary>
    public static bool MayBeTransparent(string source) =>
        !DataArguments.IsBuiltIn(source) && (Directory.Exists(source) || ImageFolder.IsPng(source));

    /// <summary>Loads all images of a source.</summary>
    /// <param name="source">A built-in name, which no file or folder replaces; a folder; or a file.</param>
    /// <param name="range">The values of black and white in files of floats.</param>
    /// <param name="background">The grey behind transparent pixels, in [0, 1].</param>
    /// <param name="notes">Receives sentences about files that were ignored.</param>
    /// <exception cref="TrainingException">It is missing, has no images, or has some that cannot be read.</exception>
    public static IEnumerable<ImagePart> Load(string source, ImageRange? range, double background, List<string> notes)
    {
        Check(source);
        if (DataArguments.IsBuiltIn(source))
        {
            return source == ImageDataset.FashionMnistName
                ? [ImagePart.FromArray(source, ImageDataset.FashionMnistBytes().Unsqueeze(1), range)]
                : throw new TrainingException(
                    $"'{source}' is the built-in set of points of a {nameof(GaussianRing)}, and points and images cannot be mixed. "
                    + $"For a folder of that name give './{source}'.");
        }

        if (Directory.Exists(source))
        {
            ImageFolder folder = ImageFolder.Of(source);
            notes.AddRange(folder.Notes);
            return folder.Files.Select(file => ImagePart.FromPng(file.Path, background) with { Class = file.Class });
        }

        return [FromFile(source, range, background)];
    }

    static ImagePart FromFile(string file, ImageRange? range, double background) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".PNG" => ImagePart.FromPng(file, background),
        ".NPY" => ImagePart.FromArray(file, ImageArray.ToImages(file, Npy.Read(file)), range),
        _ when ImageFolder.IsOtherPicture(file) => throw new TrainingException(Unsupported(file)),
        _ => ImagePart.FromArray(file, ImageArray.ToImages(file, Idx.Read(file), isImagesFirst: true), range),
    };

    /// <summary>Returns the error of a picture of another format than PNG.</summary>
    public static string Unsupported(string file) => $"'{file}' is {Picture(file)}, which is an unsupported format. Convert it to PNG.";

    static string Picture(string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".JPG" or ".JPEG" or ".JPE" or ".JFIF" => "a JPEG",
        var extension => $"a picture of the kind {extension[1..]}",
    };
}
