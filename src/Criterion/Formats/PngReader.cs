using System.IO.Compression;

namespace Criterion.Formats;

/// <summary>Reads a PNG: first its chunks, then the compressed pixels.</summary>
internal sealed class PngReader
{
    // Deflate needs at least two bits for a run of 258 bytes.
    const long MostExpansion = 1032;

    const string Pixels = "IDAT";
    const string End = "IEND";

    readonly ByteSource _source;
    readonly PngHeader _header;
    readonly PngPackedPixels _packed = new();
    byte[]? _palette;
    byte[]? _transparency;

    PngReader(ByteSource source)
    {
        byte[] signature = source.Take(Png.Signature.Length, "the signature of a PNG");
        if (!Png.Signature.SequenceEqual(signature))
        {
            throw source.Error(
                $"it starts with the bytes {Convert.ToHexString(signature)}: this is {DetectedFormat(signature)}.",
                "Convert it to PNG with another program first.");
        }

        _source = source;
        _header = PngHeader.Parse(source, PngChunk.Read(source));
    }

    /// <summary>Reads the bit depth.</summary>
    public static int ReadBitDepth(ByteSource source) => new PngReader(source)._header.BitDepth;

    /// <summary>Reads one image.</summary>
    public static Tensor Read(ByteSource source)
    {
        PngReader reader = new(source);
        reader.ReadChunks();
        return reader.ReadPixels();
    }

    static string DetectedFormat(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "a JPEG, not a PNG"
        : start.StartsWith("GIF8"u8) ? "a GIF, not a PNG"
        : start.StartsWith("RIFF"u8) ? "most likely a WebP, not a PNG"
        : start.StartsWith("BM"u8) ? "most likely a BMP, not a PNG"
        : "not a PNG";

    void ReadChunks()
    {
        PngChunk chunk = PngChunk.Read(_source);
        for (; chunk.Type != Pixels; chunk = PngChunk.Read(_source))
        {
            ReadMetadata(chunk);
        }

        for (; chunk.Type == Pixels; chunk = NextOrEnd())
        {
            _packed.Write(chunk.Data);
        }

        while (chunk.Type != End)
        {
            chunk = NextOrEnd();
        }
    }

    void ReadMetadata(PngChunk chunk)
    {
        switch (chunk.Type)
        {
            case "PLTE" when _palette is null:
                _palette = chunk.Data;
                break;
            case "tRNS" when PngPixels.IsTransparency(_header, _palette, chunk.Data):
                _transparency ??= chunk.Data;
                break;
            default:
                if (!chunk.IsAncillary)
                {
                    throw _source.Error(
                        $"the chunk {chunk.Type} is unknown, repeated or misplaced.",
                        "The file is damaged, or of a newer kind of PNG: convert it with another program.");
                }

                break;
        }
    }

    /// <summary>
    /// Reads the chunk after the first pixels. Chunks after the last of them change no pixel, and may be damaged or missing.
    /// </summary>
    PngChunk NextOrEnd()
    {
        string type = "";
        try
        {
            return PngChunk.Read(_source, out type);
        }
        catch (DataFormatException) when (type != Pixels)
        {
            return new PngChunk(End, []);
        }
    }

    Tensor ReadPixels()
    {
        // Before memory is allocated for pixels: so few bytes cannot decompress to so many.
        long expected = _header.RawBytes;
        if (expected > _packed.Length * MostExpansion)
        {
            throw _source.Error(
                $"{_packed.Length} compressed bytes cannot contain the {expected} bytes of {_header.Width} × {_header.Height} pixels.",
                "The file is truncated or its header is damaged: download it again.");
        }

        PngPixels pixels = PngPixels.Create(_source, _header, _palette, _transparency);
        Unpack(pixels);
        return pixels.Image;
    }

    void Unpack(PngPixels pixels)
    {
        _packed.Position = 0;
        using ZLibStream stream = new(_packed, CompressionMode.Decompress, leaveOpen: true);
        ByteSource raw = _source.Decompressed(stream);
        try
        {
            foreach (PngPass pass in _header.Passes)
            {
                Unpack(raw, pixels, pass);
            }

            // Reading further makes the decompressor verify its checksum, unless more pixels follow, which are ignored.
            if (raw.IsAtEnd() && _packed.IsExhausted)
            {
                throw _source.Error("the checksum of the pixels is truncated.", PngChunk.Damaged);
            }
        }
        catch (IOException e)
        {
            // All data is in memory, so that only the decompressor can throw here.
            throw _source.Error("the compressed data is damaged.", PngChunk.Damaged, e);
        }
    }

    void Unpack(ByteSource raw, PngPixels pixels, PngPass pass)
    {
        byte[] above = new byte[1 + _header.RowBytes(pass)];
        byte[] row = new byte[above.Length];
        for (int y = 0; y < pass.Rows(_header.Height); y++)
        {
            raw.Read(row, "a row of pixels");
            if (row[0] >= PngFilter.Count)
            {
                throw _source.Error($"a row has the unknown filter {row[0]}.", PngChunk.Damaged);
            }

            PngFilter.Undo(row[0], row.AsSpan(1), above.AsSpan(1), _header.FilterStep);
            pixels.Place(row.AsSpan(1), pass, pass.Y + (y * pass.StepY));
            (above, row) = (row, above);
        }
    }
}

/// <summary>Compressed pixels, which distinguish a decompressor at its end from one that needs more bytes.</summary>
internal sealed class PngPackedPixels : MemoryStream
{
    /// <summary>Gets whether more bytes were requested than are available.</summary>
    public bool IsExhausted { get; private set; }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => NoteEnd(base.Read(buffer, offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => NoteEnd(base.Read(buffer));

    int NoteEnd(int read)
    {
        IsExhausted |= read == 0;
        return read;
    }
}
