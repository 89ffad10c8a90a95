using System.Buffers.Binary;

namespace Criterion.Formats;

/// <summary>Decodes rows of stored samples into an image of bytes with one plane per channel.</summary>
internal abstract class PngPixels(PngHeader header, int channels)
{
    const int MostColors = 256;

    /// <summary>Gets the image, [C, H, W]; complete once every row was placed.</summary>
    public Tensor Image { get; } = Tensor.Empty([channels, header.Height, header.Width], DType.UInt8);

    protected int Channels => channels;

    protected int Samples { get; } = header.Samples;

    int BitDepth { get; } = header.BitDepth;

    /// <summary>Creates a decoder for a header and the raw chunks PLTE and tRNS.</summary>
    /// <exception cref="DataFormatException">The palette is invalid.</exception>
    public static PngPixels Create(ByteSource source, PngHeader header, byte[]? palette, byte[]? transparency)
    {
        if (header.Color != PngColor.Palette)
        {
            return new PngSamples(header, transparency);
        }

        return palette is { Length: > 0 and <= 3 * MostColors } && palette.Length % 3 == 0
            ? new PngIndices(header, palette, transparency)
            : throw source.Error(
                $"its palette has {palette?.Length ?? 0} bytes instead of 3 for each of 1 to {MostColors} colors.", PngChunk.Damaged);
    }

    /// <summary>Returns whether the raw chunk tRNS is valid for the header and the palette so far; otherwise it is ignored.</summary>
    public static bool IsTransparency(PngHeader header, byte[]? palette, byte[] transparency) => header.Color switch
    {
        PngColor.Palette => transparency.Length > 0 && transparency.Length <= (palette?.Length ?? 0) / 3,
        PngColor.Grey or PngColor.Rgb => transparency.Length == 2 * header.Samples,
        _ => false,
    };

    /// <summary>Places a row of a pass at row <paramref name="y"/> of the image.</summary>
    public void Place(ReadOnlySpan<byte> row, PngPass pass, int y)
    {
        Span<byte> image = Image.AsSpan<byte>();
        int width = Image.Shape[2];
        int plane = Image.Shape[1] * width;
        int at = (y * width) + pass.X;
        for (int x = 0; x < pass.Columns(width); x++)
        {
            Place(row, x, image[(at + (x * pass.StepX))..], plane);
        }
    }

    /// <summary>Places pixel <paramref name="x"/> of a row: its channels are at 0, <paramref name="plane"/>, 2 · plane, …</summary>
    protected abstract void Place(ReadOnlySpan<byte> row, int x, Span<byte> pixel, int plane);

    /// <summary>Returns a stored sample of a row; the first of those that share a byte is in its highest bits.</summary>
    protected int Sample(ReadOnlySpan<byte> row, int index)
    {
        switch (BitDepth)
        {
            case 8:
                return row[index];
            case 16:
                return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]);
            default:
                int bit = index * BitDepth;
                return (row[bit / 8] >> (8 - BitDepth - (bit % 8))) & ((1 << BitDepth) - 1);
        }
    }
}

/// <summary>Pixels stored by value. A color declared as transparent adds an alpha channel.</summary>
internal sealed class PngSamples : PngPixels
{
    readonly byte[] _bytes;
    readonly int[]? _transparent;

    public PngSamples(PngHeader header, byte[]? transparent)
        : base(header, header.Samples + (transparent is null ? 0 : 1))
    {
        int most = (1 << header.BitDepth) - 1;
        _bytes = [.. Enumerable.Range(0, most + 1).Select(sample => (byte)(((sample * 255L) + (most / 2)) / most))];
        _transparent = transparent?.Chunk(2).Select(static two => (int)BinaryPrimitives.ReadUInt16BigEndian(two)).ToArray();
    }

    protected override void Place(ReadOnlySpan<byte> row, int x, Span<byte> pixel, int plane)
    {
        bool transparent = _transparent is not null;
        for (int c = 0; c < Samples; c++)
        {
            int sample = Sample(row, (x * Samples) + c);
            pixel[c * plane] = _bytes[sample];
            transparent = transparent && sample == _transparent![c];
        }

        if (_transparent is not null)
        {
            pixel[Samples * plane] = transparent ? (byte)0 : (byte)255;
        }
    }
}

/// <summary>Pixels stored as indices into a palette; invalid indices are black.</summary>
internal sealed class PngIndices : PngPixels
{
    readonly byte[] _palette = new byte[3 << 8];
    readonly byte[] _alpha = new byte[1 << 8];

    public PngIndices(PngHeader header, byte[] palette, byte[]? transparency)
        : base(header, transparency is null ? 3 : 4)
    {
        palette.CopyTo(_palette, 0);

        // Colors beyond the list are opaque.
        _alpha.AsSpan().Fill(255);
        transparency?.CopyTo(_alpha, 0);
    }

    protected override void Place(ReadOnlySpan<byte> row, int x, Span<byte> pixel, int plane)
    {
        int index = Sample(row, x);
        for (int c = 0; c < 3; c++)
        {
            pixel[c * plane] = _palette[(3 * index) + c];
        }

        if (Channels == 4)
        {
            pixel[3 * plane] = _alpha[index];
        }
    }
}
