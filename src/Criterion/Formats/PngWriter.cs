using System.Globalization;
using System.IO.Compression;

namespace Criterion.Formats;

/// <summary>Writes an image of bytes as an 8-bit PNG, each row with the filter that probably compresses best.</summary>
internal sealed class PngWriter
{
    readonly PngHeader _header;
    readonly byte[] _above;
    readonly byte[] _row;

    // The filtered row with its filter byte: the best so far, and the current one.
    byte[] _best;
    byte[] _trial;

    PngWriter(PngHeader header)
    {
        _header = header;
        int length = header.Width * header.Samples;
        (_above, _row, _best, _trial) = (new byte[length], new byte[length], new byte[1 + length], new byte[1 + length]);
    }

    /// <summary>Throws unless a tensor is an image that a PNG can store.</summary>
    /// <exception cref="DataFormatException">The tensor is not such an image.</exception>
    public static void Check(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.DType != DType.UInt8)
        {
            throw new DataFormatException(
                $"{Png.Format}: an image must be UInt8, but is {image.DType}. "
                + "Use Png.Write(path, image, range) for floats, or .To(DType.UInt8) for whole numbers from 0 to 255.");
        }

        if (image.Rank is < 2 or > 3 || image.Count == 0 || Channels(image) > 4 || !HeaderOf(image).IsSmallEnough())
        {
            throw new DataFormatException(
                $"{Png.Format}: an image must be [H, W] or [C, H, W] with 1 to 4 channels and up to 2^28 pixels, but is {image.Shape}. "
                + "Move channels first by .Permute(2, 0, 1), and write one image of a batch at a time.");
        }
    }

    /// <summary>Converts an image of a range to bytes, rounded.</summary>
    /// <exception cref="DataFormatException">A value is NaN or outside the range.</exception>
    public static Tensor ToBytes(Tensor image, ImageRange range)
    {
        ArgumentNullException.ThrowIfNull(image);
        (double least, double largest) = range.Accepted();
        double[] values = image.Detach().To(DType.Float64).ToArray<double>();
        int wrong = Array.FindIndex(values, value => !(value >= least && value <= largest));
        if (wrong >= 0)
        {
            string value = values[wrong].ToString("G6", CultureInfo.InvariantCulture);
            throw new DataFormatException(
                $"{Png.Format}: value {wrong} is {value}, outside the range {range.Black()}..{range.White()} of "
                + $"ImageRange.{range}. Choose another ImageRange, or use image.Clamp({range.Black()}, {range.White()}).");
        }

        byte Rounded(double value) => (byte)Math.Clamp(Math.Floor(((value - range.Black()) / range.Extent() * 255) + 0.5), 0, 255);
        return Tensor.From((byte[])[.. values.Select(Rounded)], [.. image.Shape]);
    }

    /// <summary>Writes a valid image.</summary>
    public static void Write(Stream stream, Tensor image)
    {
        PngHeader header = HeaderOf(image);
        stream.Write(Png.Signature);
        header.ToChunk().Write(stream);
        new PngChunk("IDAT", new PngWriter(header).Pack(image.AsReadOnlySpan<byte>())).Write(stream);
        new PngChunk("IEND", []).Write(stream);
    }

    static int Channels(Tensor image) => image.Rank == 2 ? 1 : image.Shape[0];

    static PngHeader HeaderOf(Tensor image)
    {
        PngColor color = Channels(image) switch
        {
            1 => PngColor.Grey,
            2 => PngColor.GreyAlpha,
            3 => PngColor.Rgb,
            _ => PngColor.Rgba,
        };
        return new PngHeader(image.Shape[-1], image.Shape[-2], 8, color, Interlaced: false);
    }

    byte[] Pack(ReadOnlySpan<byte> image)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < _header.Height; y++)
            {
                Interleave(image, y);
                Filter();
                stream.Write(_best);
                _row.CopyTo(_above, 0);
            }
        }

        return packed.ToArray();
    }

    /// <summary>Collects row <paramref name="y"/> from the planes of the image.</summary>
    void Interleave(ReadOnlySpan<byte> image, int y)
    {
        int plane = _header.Width * _header.Height;
        for (int c = 0; c < _header.Samples; c++)
        {
            ReadOnlySpan<byte> line = image.Slice((c * plane) + (y * _header.Width), _header.Width);
            for (int x = 0; x < line.Length; x++)
            {
                _row[(x * _header.Samples) + c] = line[x];
            }
        }
    }

    void Filter()
    {
        long least = long.MaxValue;
        for (int filter = 0; filter < PngFilter.Count; filter++)
        {
            _trial[0] = (byte)filter;
            long sum = PngFilter.Apply(filter, _row, _above, _header.FilterStep, _trial.AsSpan(1));
            if (sum < least)
            {
                least = sum;
                (_best, _trial) = (_trial, _best);
            }
        }
    }
}
