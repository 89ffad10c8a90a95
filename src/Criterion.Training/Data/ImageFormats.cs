using System.Collections.Frozen;

namespace Criterion.Training;

/// <summary>Recognizes the formats of pictures, by the content and by the extension of a file.</summary>
internal static class ImageFormats
{
    // The longest signature ends here.
    const int HeadLength = 16;

    static readonly FrozenDictionary<string, ImageFormat> ByExtension = new Dictionary<string, ImageFormat>
    {
        [".png"] = ImageFormat.Png,
        [".jpg"] = ImageFormat.Jpeg,
        [".jpeg"] = ImageFormat.Jpeg,
        [".jpe"] = ImageFormat.Jpeg,
        [".jfif"] = ImageFormat.Jpeg,
        [".webp"] = ImageFormat.WebP,
        [".gif"] = ImageFormat.Gif,
        [".bmp"] = ImageFormat.Bmp,
        [".dib"] = ImageFormat.Bmp,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    // Formats that no decoder reads.
    static readonly FrozenSet<string> OtherPictures = FrozenSet.ToFrozenSet(
        [
            ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".exr", ".hdr",
            ".psd", ".svg",
        ],
        StringComparer.OrdinalIgnoreCase);

    static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G'];

    static ReadOnlySpan<byte> JpegSignature => [0xFF, 0xD8, 0xFF];

    /// <summary>Gets the names of the formats that can be read, such as <c>PNG, JPEG or WebP</c>.</summary>
    public static string Readable
    {
        get
        {
            string[] names = [.. Enum.GetValues<ImageFormat>().Where(CanRead).Select(Name)];
            return names is [var one] ? one : $"{string.Join(", ", names[..^1])} or {names[^1]}";
        }
    }

    /// <summary>Returns the name of a format in its own spelling.</summary>
    public static string Name(ImageFormat format) => format == ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();

    /// <summary>Returns whether pictures of a format can be read: PNGs, and those of registered decoders.</summary>
    public static bool CanRead(ImageFormat format) => format == ImageFormat.Png || ImageDecoders.For(format) is not null;

    /// <summary>Returns whether a file has the extension of a picture, of any format.</summary>
    public static bool IsPicture(string file) => OfExtension(file) is not null || OtherPictures.Contains(Path.GetExtension(file));

    /// <summary>Returns whether a file has the extension of a picture that can be read.</summary>
    public static bool IsReadable(string file) => OfExtension(file) is { } format && CanRead(format);

    /// <summary>Returns whether a file has the extension, or the content, of a picture that can be read.</summary>
    public static bool CanReadFile(string file) => IsReadable(file) || (OfContent(file) is { } format && CanRead(format));

    /// <summary>Returns the format that an extension names; null for that of another file.</summary>
    public static ImageFormat? OfExtension(string file) =>
        ByExtension.TryGetValue(Path.GetExtension(file), out ImageFormat format) ? format : null;

    /// <summary>Returns the format of the content of a file; null if it is another one.</summary>
    public static ImageFormat? OfContent(string file) => Of(Head(file));

    /// <summary>Returns the format of a file that begins with these bytes; null if it is another one.</summary>
    public static ImageFormat? Of(ReadOnlySpan<byte> head) =>
        head.StartsWith(PngSignature) ? ImageFormat.Png
        : head.StartsWith(JpegSignature) ? ImageFormat.Jpeg
        : head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..].StartsWith("WEBP"u8) ? ImageFormat.WebP
        : head.StartsWith("GIF8"u8) ? ImageFormat.Gif
        : head.StartsWith("BM"u8) ? ImageFormat.Bmp
        : null;

    /// <summary>Returns what a file is whose format is none of <see cref="ImageFormat"/>, for errors, such as <c>text</c>.</summary>
    public static string Describe(string file)
    {
        byte[] head = Head(file);
        return head.Length == 0 ? "empty"
            : Other(head) is { } name ? name
            : head.All(static b => b == 0) ? "zeros"
            : head.All(static b => b is >= (byte)' ' and < 0x7F or (byte)'\n' or (byte)'\r' or (byte)'\t') ? "text"
            : "of an unknown format";
    }

    /// <summary>Returns the name of a format of pictures that no decoder reads; null if the content is another one.</summary>
    public static string? Other(ReadOnlySpan<byte> head) =>
        head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) ? "a TIFF"
        : head.Length < 12 || !head[4..].StartsWith("ftyp"u8) ? head.StartsWith("8BPS"u8) ? "a Photoshop file" : null
        : head[8..].StartsWith("avif"u8) ? "an AVIF"
        : head[8..].StartsWith("hei"u8) || head[8..].StartsWith("mif1"u8) ? "a HEIF"
        : "a video";

    /// <summary>Reads the first bytes of a file.</summary>
    public static byte[] Head(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        byte[] head = new byte[HeadLength];
        return head[..stream.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false)];
    }
}
