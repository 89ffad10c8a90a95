using System.IO.Hashing;

namespace Criterion.Formats;

/// <summary>
/// A stream that may lie: what a header claims is checked against what is really there before memory is taken for it.
/// </summary>
internal sealed class ByteSource(Stream stream, string format, string? path = null, long? partLength = null)
{
    const int Piece = 1 << 16;
    const int MostDims = 64;

    // A little below what an array can hold, so that buffers have room to align.
    static readonly int MostElements = Array.MaxLength - 64;

    // The bytes that are left; null where the stream does not know its length, as a pipe or an unpacked file.
    long? _left = partLength is not null ? partLength : stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;

    // Bytes already taken from a stream of unknown length, to be sure that they exist.
    ReadOnlyMemory<byte> _ahead;

    // Only the part of an archive has a checksum to compare with.
    readonly Crc32? _sum = partLength is null ? null : new Crc32();

    /// <summary>The CRC-32 of the bytes taken from the stream, where the source keeps one.</summary>
    public uint Checksum => _sum?.GetCurrentHashAsUInt32() ?? 0;

    /// <summary>The stream itself, for a reader that seeks in it.</summary>
    public Stream Stream => stream;

    /// <summary>Reads a file, which errors then name.</summary>
    /// <exception cref="DataFormatException">It is a folder.</exception>
    public static T Open<T>(string path, string format, Func<ByteSource, T> read)
    {
        if (Directory.Exists(path))
        {
            throw new DataFormatException($"{format}: {path}: it is a folder. Give a file.");
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, Piece, FileOptions.SequentialScan);
        return read(new ByteSource(stream, format, path));
    }

    /// <summary>Computes the error to throw: where, what is wrong, and the way out, as two sentences.</summary>
    public DataFormatException Error(string problem, string wayOut, Exception? inner = null)
    {
        string message = $"{format}: {path ?? "the stream"}: {problem} {wayOut}";
        return inner is null ? new DataFormatException(message) : new DataFormatException(message, inner);
    }

    /// <summary>Computes the same file seen through a decompressor, whose length nobody knows.</summary>
    public ByteSource Decompressed(Stream decompressor) => new(decompressor, format, path);

    /// <summary>A part of the same file, of a length that is known to be there, of which a check sum is kept.</summary>
    public ByteSource Part(Stream part, long length) => new(part, format, path, length);

    /// <summary>Whether the source, of which nothing was taken yet, starts with these bytes.</summary>
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

    /// <summary>All that is left, for a decompressor; the stream itself where nothing was taken ahead of it.</summary>
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

    /// <summary>Makes sure that <paramref name="count"/> bytes follow, before anything is allocated for them.</summary>
    /// <exception cref="DataFormatException">There are fewer.</exception>
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

    /// <summary>Fills <paramref name="into"/> with the next bytes.</summary>
    /// <exception cref="DataFormatException">There are fewer.</exception>
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

    /// <summary>The next bytes as an array.</summary>
    /// <exception cref="DataFormatException">There are fewer.</exception>
    public byte[] Take(long count, string what)
    {
        Require(count, what);
        byte[] bytes = new byte[count];
        Read(bytes, what);
        return bytes;
    }

    /// <summary>Passes over the next bytes.</summary>
    /// <exception cref="DataFormatException">There are fewer.</exception>
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

    /// <summary>Whether nothing follows; a byte that does is taken.</summary>
    public bool IsAtEnd()
    {
        Span<byte> one = stackalloc byte[1];
        return _ahead.IsEmpty && ReadSome(one) == 0;
    }

    /// <summary>Hands <paramref name="result"/> on after making sure that nothing follows it.</summary>
    /// <exception cref="DataFormatException">Something does.</exception>
    public T EndWith<T>(T result) => IsAtEnd()
        ? result
        : throw Error("more bytes follow where the header says that the data ends.", "The header or the data is damaged: fetch it again, or read it from a stream if something else is meant to follow.");

    /// <summary>A shape from sizes that a file claims.</summary>
    /// <exception cref="DataFormatException">They are negative, or more than a tensor can hold.</exception>
    public Shape Shape(IReadOnlyList<long> sizes, string what)
    {
        long count = 1;
        foreach (long size in sizes)
        {
            // Sizes of 0 do not excuse the others: products of any of them must stay countable.
            count = size < 0 || size > MostElements ? long.MaxValue : count * Math.Max(1, size);
            if (count > MostElements || sizes.Count > MostDims)
            {
                throw Error(
                    $"{what} has the shape [{string.Join(", ", sizes.Take(MostDims))}].",
                    $"A tensor holds up to {MostElements} elements in up to {MostDims} dims, none of a negative size: split it, or check where the file comes from.");
            }
        }

        return new Shape([.. sizes.Select(static size => (int)size)]);
    }

    /// <summary>Takes the bytes in pieces that grow with what really comes.</summary>
    void LookAhead(long count, string what)
    {
        if (count > Array.MaxLength)
        {
            throw Error($"{what} should have {count} bytes, too many for a stream that does not know its length.", "Unpack it to a file and read that.");
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
            throw Error("the compressed data is damaged, or its checksum is wrong.", "Fetch it again.", e);
        }
    }

    DataFormatException Truncated(string what, long count, long there) =>
        Error($"{what} should have {count} bytes, but only {there} are there.", "The file was cut short or its header is damaged: fetch it again.");
}
