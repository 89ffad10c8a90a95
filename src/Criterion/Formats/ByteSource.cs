using System.IO.Hashing;

namespace Criterion.Formats;

/// <summary>
/// An untrusted stream: the sizes that a header claims are checked against the available bytes before memory is allocated.
/// </summary>
internal sealed class ByteSource(Stream stream, string format, string? path = null, long? partLength = null)
{
    const int Piece = 1 << 16;
    const int MostDims = 64;

    // Slightly below the maximum length of an array, so that buffers can be aligned.
    static readonly int MostElements = Array.MaxLength - 64;

    // The remaining bytes; null where the length of the stream is unknown, as for a pipe or a decompressor.
    long? _left = partLength is not null ? partLength : stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;

    // Bytes read ahead from a stream of unknown length, to verify that they exist.
    ReadOnlyMemory<byte> _ahead;

    // Only an entry of an archive has a checksum to compare with.
    readonly Crc32? _sum = partLength is null ? null : new Crc32();

    /// <summary>Gets the CRC-32 of the bytes read, for an entry of an archive.</summary>
    public uint Checksum => _sum?.GetCurrentHashAsUInt32() ?? 0;

    /// <summary>Gets the stream, for a reader that seeks.</summary>
    public Stream Stream => stream;

    /// <summary>Reads a file; errors name it.</summary>
    /// <exception cref="DataFormatException">The path is a folder.</exception>
    public static T Open<T>(string path, string format, Func<ByteSource, T> read)
    {
        if (Directory.Exists(path))
        {
            throw new DataFormatException($"{format}: {path}: it is a folder. Pass a file.");
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, Piece, FileOptions.SequentialScan);
        return read(new ByteSource(stream, format, path));
    }

    /// <summary>Creates an error: where, what is wrong, and how to fix it, as two sentences.</summary>
    public DataFormatException Error(string problem, string fix, Exception? inner = null)
    {
        string message = $"{format}: {path ?? "the stream"}: {problem} {fix}";
        return inner is null ? new DataFormatException(message) : new DataFormatException(message, inner);
    }

    /// <summary>Creates a source of decompressed bytes, whose length is unknown.</summary>
    public ByteSource Decompressed(Stream decompressor) => new(decompressor, format, path);

    /// <summary>Creates a source of an entry of the file, of known length and with a checksum.</summary>
    public ByteSource Part(Stream part, long length) => new(part, format, path, length);

    /// <summary>Returns whether the source, which must be unread, starts with these bytes.</summary>
    public bool StartsWith(ReadOnlySpan<byte> magic)
    {
        byte[] next = new byte[magic.Length];
        int read = ReadSome(next);
        if (_left is null)
        {
            _ahead = next.AsMemory(0, read);
        }
        else
        {
            stream.Position -= read;
        }

        return next.AsSpan(0, read).SequenceEqual(magic);
    }

    /// <summary>Returns the remaining bytes for a decompressor; the stream itself if nothing was read ahead.</summary>
    public Stream Rest()
    {
        if (_ahead.IsEmpty)
        {
            return stream;
        }

        MemoryStream rest = new();
        rest.Write(_ahead.Span);
        stream.CopyTo(rest);
        (_ahead, rest.Position) = (default, 0);
        return rest;
    }

    /// <summary>Throws unless <paramref name="count"/> bytes follow. Called before memory is allocated for them.</summary>
    /// <exception cref="DataFormatException">Fewer bytes follow.</exception>
    public void Require(long count, string what)
    {
        if (_left is null && count > _ahead.Length)
        {
            LookAhead(count, what);
        }
        else if (count > _left)
        {
            throw Truncated(what, count, _left.Value);
        }
    }

    /// <summary>Reads bytes into <paramref name="into"/>.</summary>
    /// <exception cref="DataFormatException">Fewer bytes follow.</exception>
    public void Read(Span<byte> into, string what)
    {
        int ready = Math.Min(into.Length, _ahead.Length);
        _ahead.Span[..ready].CopyTo(into);
        _ahead = _ahead[ready..];
        int read = ready + ReadSome(into[ready..]);
        if (read < into.Length)
        {
            throw Truncated(what, into.Length, read);
        }

        _left -= read;
    }

    /// <summary>Reads bytes into a new array.</summary>
    /// <exception cref="DataFormatException">Fewer bytes follow.</exception>
    public byte[] Take(long count, string what)
    {
        Require(count, what);
        byte[] bytes = new byte[count];
        Read(bytes, what);
        return bytes;
    }

    /// <summary>Skips bytes.</summary>
    /// <exception cref="DataFormatException">Fewer bytes follow.</exception>
    public void Skip(long count, string what)
    {
        Require(count, what);
        if (_left is not null && stream.CanSeek)
        {
            stream.Seek(count, SeekOrigin.Current);
            _left -= count;
            return;
        }

        byte[] scratch = new byte[(int)Math.Min(Piece, count)];
        for (; count > 0; count -= Math.Min(count, scratch.Length))
        {
            Read(scratch.AsSpan(0, (int)Math.Min(count, scratch.Length)), what);
        }
    }

    /// <summary>Returns whether the source is at its end; otherwise one byte is consumed.</summary>
    public bool IsAtEnd()
    {
        Span<byte> one = stackalloc byte[1];
        return _ahead.IsEmpty && ReadSome(one) == 0;
    }

    /// <summary>Returns <paramref name="result"/>, or throws unless the source is at its end.</summary>
    /// <exception cref="DataFormatException">More bytes follow.</exception>
    public T EndWith<T>(T result) => IsAtEnd()
        ? result
        : throw Error(
            "more bytes follow the end of the data.",
            "The header or the data is damaged: download it again, or read from a stream if other data follows.");

    /// <summary>Creates a shape from the sizes that a file claims.</summary>
    /// <exception cref="DataFormatException">A size is negative, or the tensor would be too large.</exception>
    public Shape Shape(IReadOnlyList<long> sizes, string what)
    {
        long count = 1;
        foreach (long size in sizes)
        {
            // A size of 0 does not allow others to overflow: the product of any of them must be representable.
            count = size < 0 || size > MostElements ? long.MaxValue : count * Math.Max(1, size);
            if (count > MostElements || sizes.Count > MostDims)
            {
                throw Error(
                    $"{what} has the shape [{string.Join(", ", sizes.Take(MostDims))}].",
                    $"A tensor has up to {MostElements} elements in up to {MostDims} dimensions of non-negative size: split it, or check "
                    + "the file.");
            }
        }

        return new Shape([.. sizes.Select(static size => (int)size)]);
    }

    /// <summary>Reads ahead in pieces that grow with the bytes actually read.</summary>
    void LookAhead(long count, string what)
    {
        if (count > Array.MaxLength)
        {
            throw Error($"{what} should have {count} bytes, too many for a stream of unknown length.", "Decompress it to a file first.");
        }

        byte[] ahead = new byte[Math.Max(_ahead.Length, Math.Min(count, Piece))];
        _ahead.CopyTo(ahead);
        int filled = _ahead.Length;
        while (filled < count)
        {
            if (filled == ahead.Length)
            {
                Array.Resize(ref ahead, (int)Math.Min(count, 2L * filled));
            }

            int read = ReadSome(ahead.AsSpan(filled));
            filled += read > 0 ? read : throw Truncated(what, count, filled);
        }

        _ahead = ahead;
    }

    int ReadSome(Span<byte> into)
    {
        try
        {
            int read = stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
            _sum?.Append(into[..read]);
            return read;
        }
        catch (InvalidDataException e)
        {
            throw Error("the compressed data is damaged, or its checksum is wrong.", "Download it again.", e);
        }
    }

    DataFormatException Truncated(string what, long count, long available) =>
        Error(
            $"{what} should have {count} bytes, but only {available} follow.",
            "The file is truncated or its header is damaged: download it again.");
}
