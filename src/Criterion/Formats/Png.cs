namespace Criterion.Formats;

/// <summary>PNG images as tensors of bytes, <c>[C, H, W]</c>: one channel is gray, two gray and alpha, three RGB, four RGBA.</summary>
/// <remarks>
/// <para>
/// Reads every kind of PNG: all filters, interlaced or not, 1 to 16 bits (rounded to 8 bits), palettes as RGB. Transparency of a palette or
/// of one color becomes an alpha channel. Gamma and color profiles are not applied.
/// </para>
/// <para>
/// Damaged files are read where libpng reads them, with the same pixels. Tolerated are: data after the last row or after the compressed
/// stream; anything after the pixel data, damaged or not, and a missing end; ancillary chunks that are unknown, misplaced, or of invalid
/// content or checksum, including tRNS, without which the image is opaque; palette indices without a color, which are black. Errors are: a
/// wrong checksum of IHDR, PLTE or IDAT, or of the compressed stream; an invalid header; unknown critical chunks before the pixels; too few
/// rows, or a truncated stream; an unknown filter; a missing or invalid palette. (libpng also tolerates a wrong checksum of the stream
/// where an IDAT chunk happens to begin in it.)
/// </para>
/// <para>Source: ISO/IEC 15948, Portable Network Graphics; libpng 1.6.</para>
/// </remarks>
public static class Png
{
    internal const string Format = nameof(Png);

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads the image in a file: UInt8 of <c>[C, H, W]</c>, values in [0, 255].</summary>
    /// <exception cref="DataFormatException">The file is not a PNG, is damaged, or has more than 2²⁸ pixels.</exception>
    public static Tensor Read(string path) => ByteSource.Open(path, Format, PngReader.Read);

    /// <summary>Reads one image and leaves the stream at its end: UInt8 of <c>[C, H, W]</c>, values in [0, 255].</summary>
    /// <exception cref="DataFormatException">The stream is not a PNG, is damaged, or has more than 2²⁸ pixels.</exception>
    public static Tensor Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return PngReader.Read(new ByteSource(stream, Format));
    }

    /// <summary>Reads the bit depth of the image in a file: 1, 2, 4, 8 or 16. <see cref="Read(string)"/> rounds 16 bits to 8.</summary>
    /// <exception cref="DataFormatException">The file is not a PNG, or its header is damaged.</exception>
    public static int ReadBitDepth(string path) => ByteSource.Open(path, Format, PngReader.ReadBitDepth);

    /// <summary>Writes an image to a file; an existing one is replaced atomically.</summary>
    /// <param name="path">The file.</param>
    /// <param name="image">UInt8 of <c>[H, W]</c> or <c>[C, H, W]</c> with one to four channels.</param>
    /// <exception cref="DataFormatException">The tensor is not such an image.</exception>
    public static void Write(string path, Tensor image)
    {
        PngWriter.Check(image);
        AtomicFile.Write(path, stream => PngWriter.Write(stream, image));
    }

    /// <summary>Writes an image of floats or other numbers in a stated range to a file, rounded to bytes.</summary>
    /// <param name="path">The file; an existing one is replaced atomically.</param>
    /// <param name="image">The image, <c>[H, W]</c> or <c>[C, H, W]</c> with one to four channels, values in the range.</param>
    /// <param name="range">The values of black and white.</param>
    /// <exception cref="DataFormatException">The tensor is not such an image, or a value is NaN or outside the range.</exception>
    public static void Write(string path, Tensor image, ImageRange range) => Write(path, PngWriter.ToBytes(image, range));

    /// <summary>Writes an image.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="image">UInt8 of <c>[H, W]</c> or <c>[C, H, W]</c> with one to four channels.</param>
    /// <exception cref="DataFormatException">The tensor is not such an image.</exception>
    public static void Write(Stream stream, Tensor image)
    {
        ArgumentNullException.ThrowIfNull(stream);
        PngWriter.Check(image);
        PngWriter.Write(stream, image);
    }
}
