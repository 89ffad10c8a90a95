using System.Buffers.Binary;
using System.Text;

namespace Criterion.Formats;

/// <summary>A PNG is a row of chunks: a type of four letters, data, and a checksum over both.</summary>
internal readonly record struct PngChunk(string Type, byte[] Data)
{
    /// <summary>Whether a reader that does not know the chunk may pass over it: its first letter is small.</summary>
    public bool IsOptional => char.IsAsciiLetterLower(Type[0]);

    /// <summary>Reads a chunk.</summary>
    /// <exception cref="DataFormatException">It is cut short or its checksum is wrong.</exception>
    public static PngChunk Read(ByteSource source)
    {
        byte[] head = source.Take(8, "the head of a chunk");
        string type = Encoding.Latin1.GetString(head, 4, 4);
        byte[] data = source.Take(BinaryPrimitives.ReadUInt32BigEndian(head), $"chunk {type}");
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(source.Take(4, $"the checksum of chunk {type}"));
        uint actual = Checksum(head.AsSpan(4), data);
        return stored == actual
            ? new PngChunk(type, data)
            : throw source.Error($"the checksum of chunk {type} is {stored:X8}, and its data gives {actual:X8}.", "The file is damaged: fetch it again.");
    }

    /// <summary>Writes this chunk with its checksum.</summary>
    public void Write(Stream stream)
    {
        Span<byte> head = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(head, Data.Length);
        Encoding.Latin1.GetBytes(Type, head[4..]);
        stream.Write(head);
        stream.Write(Data);
        Span<byte> sum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Checksum(head[4..], Data));
        stream.Write(sum);
    }

    static uint Checksum(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) => ~Crc32.Add(Crc32.Add(~0u, type), data);
}

/// <summary>The cyclic redundancy check of PNG, gzip and Ethernet.</summary>
internal static class Crc32
{
    const uint Polynomial = 0xEDB88320;

    static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(static n => Remainder((uint)n))];

    /// <summary>Goes on with a check, which starts with all bits set and is inverted at its end.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    static uint Remainder(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value >> 1) ^ (Polynomial & (0 - (value & 1)));
        }

        return value;
    }
}

/// <summary>The checksum at the end of zlib data.</summary>
internal struct Adler32()
{
    const uint Modulus = 65521;

    // How many bytes can be added before the sums overflow and must be reduced.
    const int Stretch = 5552;

    uint _a = 1;
    uint _b;

    /// <summary>The sum so far.</summary>
    public readonly uint Value => (_b << 16) | _a;

    /// <summary>Adds bytes to the sum.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(Stretch, bytes.Length)..])
        {
            foreach (byte value in bytes[..Math.Min(Stretch, bytes.Length)])
            {
                _a += value;
                _b += _a;
            }

            _a %= Modulus;
            _b %= Modulus;
        }
    }
}
