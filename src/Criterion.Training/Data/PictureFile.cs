using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Reads picture files of every format that can be read, by their content.</summary>
internal static class PictureFile
{
    const int Deep = 16;

    /// <summary>Reads a picture: UInt8 <c>[C, H, W]</c>; two and four channels end in alpha.</summary>
    /// <exception cref="DataFormatException">The file is damaged, or is not a picture.</exception>
    /// <exception cref="TrainingException">No decoder reads its format.</exception>
    public static (Tensor Pixels, ImageChanges Changes) Read(string file)
    {
        if (Directory.Exists(file))
        {
            throw new DataFormatException($"'{file}' is a folder. Give a picture.");
        }

        ImageFormat format = ImageFormats.OfContent(file) ?? throw NotAPicture(file);
        (Tensor pixels, ImageChanges changes) = format == ImageFormat.Png ? ReadPng(file) : Decode(file, format);
        return (pixels, changes
            | (ImageFormats.OfExtension(file) == format ? ImageChanges.None : ImageChanges.Misnamed)
            | (PixelValues.IsTransparent(pixels) ? ImageChanges.LaidOnBackground : ImageChanges.None));
    }

    /// <summary>Returns the error of a picture of a format that cannot be read.</summary>
    public static TrainingException Unsupported(string file, ImageFormat? format = null) => new(
        $"'{file}' is {(format ?? ImageFormats.OfExtension(file)) switch
        {
            { } known => $"a {ImageFormats.Name(known)}",
            null => ImageFormats.Other(ImageFormats.Head(file))
                ?? $"a picture of the kind {Path.GetExtension(file)[1..].ToUpperInvariant()}",
        }}, which is an unsupported format. Convert it to PNG{RegisterHint(format ?? ImageFormats.OfExtension(file))}.");

    /// <summary>Returns how a format could be read, to complete an error; empty where no decoder is known.</summary>
    public static string RegisterHint(ImageFormat? format) =>
        format is null ? "" : $", or register a decoder ({nameof(ImageDecoders)}.{nameof(ImageDecoders.Register)})";

    static (Tensor, ImageChanges) ReadPng(string file) =>
        (Png.Read(file), Png.ReadBitDepth(file) == Deep ? ImageChanges.Rounded : ImageChanges.None);

    static (Tensor, ImageChanges) Decode(string file, ImageFormat format)
    {
        IImageDecoder decoder = ImageDecoders.For(format) ?? throw Unsupported(file, format);
        try
        {
            DecodedImage image = decoder.Decode(File.ReadAllBytes(file));
            return (image.Pixels, (image.IsTurned ? ImageChanges.Turned : ImageChanges.None)
                | (image.IsAnimated ? ImageChanges.FirstFrame : ImageChanges.None));
        }
        catch (DataFormatException e)
        {
            throw new DataFormatException(
                $"'{file}': the {ImageFormats.Name(format)} {e.Message}{Misnomer(file, format)}. Restore the file from a copy, or "
                + "delete it.",
                e);
        }
    }

    static string Misnomer(string file, ImageFormat format) => ImageFormats.OfExtension(file) is { } named && named != format
        ? $" (its extension is that of a {ImageFormats.Name(named)}, but its content is a {ImageFormats.Name(format)})"
        : "";

    static Exception NotAPicture(string file)
    {
        string content = ImageFormats.Describe(file);
        return ImageFormats.Other(ImageFormats.Head(file)) is not null
            ? new TrainingException($"'{file}' is {content}, which is an unsupported format. Convert it to PNG.")
            : new DataFormatException($"'{file}' is not a picture: its extension is {Extension(file)}, but its content is {content}. "
                + "Restore the file from a copy, or delete it.");
    }

    static string Extension(string file) => ImageFormats.OfExtension(file) is { } named ? $"that of a {ImageFormats.Name(named)}"
        : Path.GetExtension(file) is { Length: > 0 } other ? other : "missing";
}
