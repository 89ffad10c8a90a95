namespace Criterion.Formats;

/// <summary>PNG images as tensors of bytes, <c>[C, H, W]</c>: one channel is grey, two grey and alpha, three RGB, four RGBA.</summary>
/// <remarks>
/// <para>Reads every kind of PNG: all filters, interlaced or not, 1 to 16 bits (to 8 bits, rounded), palettes as RGB; transparency
/// of a palette or of one colour becomes an alpha channel. Gamma and colour profiles are not applied.</para>
/// <para>Damaged files are read where libpng gives their pixels, and give the same. Forgiven are: data behind the last row or behind the
/// compressed stream; anything that follows the pixel data, damaged or not, and a missing end; ancillary chunks that are unknown, of
/// wrong content or checksum, or at the wrong place, tRNS included, without which the image is opaque; palette indices without a
/// colour, which are black. Refused are: a wrong checksum of IHDR, PLTE or IDAT, or of the compressed stream; a header that is not
/// allowed; unknown critical chunks before the pixels; too few rows, or a stream that is cut short; an unknown filter; a missing or
/// invalid palette. (libpng also forgives a wrong checksum of the stream where an IDAT chunk happens to begin in it.)</para>
/// <para>Source: ISO/IEC 15948, Portable Network Graphics; libpng 1.6.</para>
/// </remarks>
public static class Png
{
    internal const string Format = nameof(Png);

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads the image in a file: UInt8 of <c>[C, H, W]</c>, 0 to 255.</summary>
    /// <exception cref="DataFormatException">The file is no PNG, is damaged, or has more than 2²⁸ pixels.</exception>
    public static Tensor Read(string path) => ByteSource.Open(path, Format, PngReader.Read);

    /// <summary>Reads one image and leaves the stream behind it: UInt8 of <c>[C, H, W]</c>, 0 to 255.</summary>
    /// <exception cref="DataFormatException">What comes is no PNG, is damaged, or has more than 2²⁸ pixels.</exception>
    public static Tensor Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return PngReader.Read(new ByteSource(stream, Format));
    }

    /// <summary>
    /// Reads how many bits a sample of the image in a file has: 1, 2, 4, 8 or 16. <see cref="Read(string)"/> rounds those of 16 to 8.
    /// </summary>
    /// <exception cref="DataFormatException">The file is no PNG, or its header is damaged.</exception>
    public static int ReadBitDepth(string path) => ByteSource.Open(path, Format, PngReader.ReadBitDepth);

    /// <summary>Writes a file that holds the image; an existing one is replaced once the new one is whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="image">UInt8 of <c>[H, W]</c> or <c>[C, H, W]</c> with one to four channels.</param>
    /// <exception cref="DataFormatException">The tensor is no such image.</exception>
    public static void Write(string path, Tensor image)
    {
        PngWriter.Check(image);
        AtomicFile.Write(path, stream => PngWriter.Write(stream, image));
    }

    /// <summary>Writes an image.</summary>
    /// <param name="stream">Where it goes.</param>
    /// <param name="image">UInt8 of <c>[H, W]</c> or <c>[C, H, W]</c> with one to four channels.</param>
    /// <exception cref="DataFormatException">The tensor is no such image.</exception>
    public static void Write(Stream stream, Tensor image)
    {
        ArgumentNullException.ThrowIfNull(stream);
        PngWriter.Check(image);
        PngWriter.Write(stream, image);
    }
}
