using System.Buffers.Binary;

namespace Criterion.Formats;

/// <summary>Takes rows of stored samples and puts them into an image of one plane per channel, as bytes.</summary>
internal abstract class PngPixels(PngHeader header, int channels)
{
    /// <summary>The image, [C, H, W]; whole once every row was placed.</summary>
    public Tensor Image { get; } = Tensor.Empty([channels, header.Height, header.Width], DType.UInt8);

    protected int Channels => channels;

    protected int Samples { get; } = header.Samples;

    int BitDepth { get; } = header.BitDepth;

    /// <summary>Pixels for a header, from the raw chunks PLTE and tRNS.</summary>
    /// <exception cref="DataFormatException">The chunks do not go with the header.</exception>
    public static PngPixels Create(ByteSource source, PngHeader header, byte[]? palette, byte[]? transparency)
    {
        if (header.Color != PngColor.Palette)
        {
            int expected = header.Color is PngColor.Grey or PngColor.Rgb ? 2 * header.Samples : 0;
            return transparency is null || transparency.Length == expected
                ? new PngSamples(header, transparency)
                : throw source.Error($"chunk tRNS has {transparency.Length} bytes, and colour type {header.Color} wants {expected}.", "The file is damaged: fetch it again.");
        }

        int colors = (palette?.Length ?? 0) / 3;
        return palette is not null && palette.Length == 3 * colors && colors is > 0 and <= 256 && (transparency?.Length ?? 0) <= colors
            ? new PngIndices(source, header, palette, transparency)
            : throw source.Error(
                $"its palette has {palette?.Length ?? 0} bytes and {transparency?.Length ?? 0} of transparency, where 3 for each of up to 256 colours and 1 for each should be.",
                "The file is damaged: fetch it again.");
    }

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

    /// <summary>Places pixel <paramref name="x"/> of a row: its channels go to positions 0, <paramref name="plane"/>, 2 · plane, …</summary>
    protected abstract void Place(ReadOnlySpan<byte> row, int x, Span<byte> pixel, int plane);

    /// <summary>A sample of a row, as stored; the first of those that share a byte is in its highest bits.</summary>
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

/// <summary>Pixels stored by value. Where one colour is declared transparent, an alpha channel is added.</summary>
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

/// <summary>Pixels stored as indices into a palette.</summary>
internal sealed class PngIndices : PngPixels
{
    readonly ByteSource _source;
    readonly byte[] _palette;
    readonly byte[] _alpha;

    public PngIndices(ByteSource source, PngHeader header, byte[] palette, byte[]? transparency)
        : base(header, transparency is null ? 3 : 4)
    {
        _source = source;
        _palette = palette;

        // Colours beyond the list are opaque.
        _alpha = new byte[palette.Length / 3];
        _alpha.AsSpan().Fill(255);
        transparency?.CopyTo(_alpha, 0);
    }

    protected override void Place(ReadOnlySpan<byte> row, int x, Span<byte> pixel, int plane)
    {
        int index = Sample(row, x);
        if (index >= _alpha.Length)
        {
            throw _source.Error($"a pixel has colour {index} of a palette of {_alpha.Length}.", "The file is damaged: fetch it again.");
        }

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
