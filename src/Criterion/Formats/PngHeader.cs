using System.Buffers.Binary;

namespace Criterion.Formats;

/// <summary>The color type of a PNG, with the numbers in the file.</summary>
internal enum PngColor : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// <summary>The header of a PNG, IHDR.</summary>
internal sealed record PngHeader(int Width, int Height, int BitDepth, PngColor Color, bool Interlaced)
{
    public const string ChunkType = "IHDR";

    const int Length = 13;
    const long MostPixels = 1 << 28;
    const long MostBytes = 1 << 30;

    static readonly PngPass[] Whole = [new(0, 0, 1, 1)];

    /// <summary>Adam7 interlacing: every eighth pixel in both directions first, then the pixels in between, coarse to fine.</summary>
    static readonly PngPass[] Adam7 =
    [
        new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2),
    ];

    /// <summary>Gets the number of stored values per pixel.</summary>
    public int Samples => Color switch
    {
        PngColor.Rgba => 4,
        PngColor.Rgb => 3,
        PngColor.GreyAlpha => 2,
        _ => 1,
    };

    /// <summary>Gets the distance of the pixel to the left for filters, in bytes.</summary>
    public int FilterStep => Math.Max(1, Samples * BitDepth / 8);

    /// <summary>Gets the passes of the image, without empty ones.</summary>
    public IEnumerable<PngPass> Passes =>
        (Interlaced ? Adam7 : Whole).Where(pass => pass.Columns(Width) > 0 && pass.Rows(Height) > 0);

    /// <summary>Gets the length of all rows with their filter bytes.</summary>
    public long RawBytes => Passes.Sum(pass => (1 + RowBytes(pass)) * pass.Rows(Height));

    /// <summary>Returns the length of a row without its filter byte.</summary>
    public long RowBytes(PngPass pass) => (((long)pass.Columns(Width) * Samples * BitDepth) + 7) / 8;

    /// <summary>Parses the chunk.</summary>
    /// <exception cref="DataFormatException">The header is invalid, or the image is too large.</exception>
    public static PngHeader Parse(ByteSource source, PngChunk chunk)
    {
        if (chunk.Type != ChunkType || chunk.Data.Length != Length)
        {
            throw source.Error(
                $"it begins with the chunk {chunk.Type} of {chunk.Data.Length} bytes, not with {ChunkType} of {Length}.", PngChunk.Damaged);
        }

        ReadOnlySpan<byte> data = chunk.Data;
        PngHeader header = new(
            BinaryPrimitives.ReadInt32BigEndian(data),
            BinaryPrimitives.ReadInt32BigEndian(data[4..]),
            data[8],
            (PngColor)data[9],
            data[12] == 1);
        if (!header.IsLegal() || data[10] != 0 || data[11] != 0 || data[12] > 1)
        {
            throw source.Error($"the header {Convert.ToHexString(data)} is invalid.", PngChunk.Damaged);
        }

        return header.IsSmallEnough()
            ? header
            : throw source.Error(
                $"the image has {header.Width} × {header.Height} pixels; the limits are {MostPixels} pixels and {MostBytes} bytes.",
                "Split it into tiles with another program first.");
    }

    /// <summary>Converts the header to a chunk.</summary>
    public PngChunk ToChunk()
    {
        byte[] data = new byte[Length];
        BinaryPrimitives.WriteInt32BigEndian(data, Width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), Height);
        data[8] = (byte)BitDepth;
        data[9] = (byte)Color;
        data[12] = Interlaced ? (byte)1 : (byte)0;
        return new PngChunk(ChunkType, data);
    }

    /// <summary>Returns whether the image is within the limits that keep a small file from exhausting memory.</summary>
    public bool IsSmallEnough() =>
        (long)Width * Height <= MostPixels && (long)Width * Height * Samples * BitDepth / 8 <= MostBytes;

    bool IsLegal() => Width > 0 && Height > 0 && Color switch
    {
        PngColor.Grey => BitDepth is 1 or 2 or 4 or 8 or 16,
        PngColor.Palette => BitDepth is 1 or 2 or 4 or 8,
        PngColor.Rgb or PngColor.GreyAlpha or PngColor.Rgba => BitDepth is 8 or 16,
        _ => false,
    };
}

/// <summary>A pass of an image: every <c>StepX</c>th pixel of every <c>StepY</c>th row.</summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY)
{
    public int Columns(int width) => (width - X + StepX - 1) / StepX;

    public int Rows(int height) => (height - Y + StepY - 1) / StepY;
}
