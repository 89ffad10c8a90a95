using System.Buffers.Binary;
using System.IO.Compression;

namespace Criterion.Formats;

/// <summary>Reads a PNG: first its chunks, then the pixels that lie packed in them.</summary>
internal sealed class PngReader
{
    // Deflate spends at least two bits on a run of 258 bytes.
    const long MostExpansion = 1032;

    readonly ByteSource _source;
    readonly PngHeader _header;
    readonly MemoryStream _packed = new();
    byte[]? _palette;
    byte[]? _transparency;

    PngReader(ByteSource source)
    {
        _source = source;
        _header = PngHeader.Parse(source, PngChunk.Read(source));
    }

    /// <summary>Reads one image.</summary>
    public static Tensor Read(ByteSource source)
    {
        byte[] signature = source.Take(Png.Signature.Length, "the signature of a PNG");
        if (!Png.Signature.SequenceEqual(signature))
        {
            throw source.Error($"it starts with the bytes {Convert.ToHexString(signature)}, which is no PNG.", "Convert it to PNG with another program first.");
        }

        PngReader reader = new(source);
        reader.ReadChunks();
        return reader.ReadPixels();
    }

    void ReadChunks()
    {
        for (PngChunk chunk = PngChunk.Read(_source); chunk.Type != "IEND"; chunk = PngChunk.Read(_source))
        {
            switch (chunk.Type)
            {
                case "IDAT":
                    _packed.Write(chunk.Data);
                    break;
                case "PLTE" when _palette is null:
                    _palette = chunk.Data;
                    break;
                case "tRNS" when _transparency is null:
                    _transparency = chunk.Data;
                    break;
                default:
                    Pass(chunk);
                    break;
            }
        }
    }

    void Pass(PngChunk chunk)
    {
        if (!chunk.IsOptional || chunk.Type == "tRNS")
        {
            throw _source.Error($"the chunk {chunk.Type} is unknown or comes twice.", "The file is damaged, or of a newer kind of PNG: convert it with another program.");
        }
    }

    Tensor ReadPixels()
    {
        // Before any memory is taken for pixels: so few bytes cannot unpack to so many.
        long expected = _header.RawBytes;
        if (expected > _packed.Length * MostExpansion)
        {
            throw _source.Error(
                $"{_packed.Length} packed bytes cannot hold the {expected} of {_header.Width} × {_header.Height} pixels.",
                "The file was cut short or its header is damaged: fetch it again.");
        }

        PngPixels pixels = PngPixels.Create(_source, _header, _palette, _transparency);
        uint sum = Unpack(pixels);
        Span<byte> stored = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(stored, sum);
        return _packed.GetBuffer().AsSpan(0, (int)_packed.Length).EndsWith(stored)
            ? pixels.Image
            : throw _source.Error($"the pixels' checksum {sum:X8} does not stand at the end of their data.", "The file is damaged: fetch it again.");
    }

    uint Unpack(PngPixels pixels)
    {
        _packed.Position = 0;
        using ZLibStream stream = new(_packed, CompressionMode.Decompress, leaveOpen: true);
        ByteSource raw = _source.Through(stream);
        Adler32 sum = new();
        try
        {
            foreach (PngPass pass in _header.Passes)
            {
                Unpack(raw, pixels, pass, ref sum);
            }

            return raw.Last(sum.Value);
        }
        catch (IOException e)
        {
            // All data is in memory, so that only the decompressor can complain here.
            throw _source.Error("the compressed data is damaged.", "Fetch it again.", e);
        }
    }

    void Unpack(ByteSource raw, PngPixels pixels, PngPass pass, ref Adler32 sum)
    {
        byte[] above = new byte[1 + _header.RowBytes(pass)];
        byte[] row = new byte[above.Length];
        for (int y = 0; y < pass.Rows(_header.Height); y++)
        {
            raw.Read(row, "a row of pixels");
            sum.Add(row);
            if (row[0] >= PngFilter.Count)
            {
                throw _source.Error($"a row has the filter {row[0]}, and there are 0 to {PngFilter.Count - 1}.", "The file is damaged: fetch it again.");
            }

            PngFilter.Undo(row[0], row.AsSpan(1), above.AsSpan(1), _header.FilterStep);
            pixels.Place(row.AsSpan(1), pass, pass.Y + (y * pass.StepY));
            (above, row) = (row, above);
        }
    }
}
