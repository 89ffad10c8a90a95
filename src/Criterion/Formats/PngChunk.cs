using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Criterion.Formats;

/// <summary>A chunk of a PNG: a type of four letters, data, and a checksum of both.</summary>
internal readonly record struct PngChunk(string Type, byte[] Data)
{
    /// <summary>The fix for a damaged file.</summary>
    public const string Damaged = "The file is damaged: download it again.";

    const string DamagedType = "damaged";

    /// <summary>Gets whether a reader may ignore the chunk if it is unknown: its first letter is lower case.</summary>
    public bool IsAncillary => char.IsAsciiLetterLower(Type[0]);

    /// <summary>Reads a chunk. An ancillary one with a wrong checksum is returned as one of unknown type.</summary>
    /// <exception cref="DataFormatException">The chunk is truncated, invalid, or critical with a wrong checksum.</exception>
    public static PngChunk Read(ByteSource source) => Read(source, out _);

    /// <summary>Reads a chunk and reports its type even if it cannot be read.</summary>
    public static PngChunk Read(ByteSource source, out string type)
    {
        type = "";
        byte[] head = source.Take(8, "the head of a chunk");
        type = Encoding.Latin1.GetString(head, 4, 4);
        PngChunk chunk = new(type, []);
        if (!chunk.Type.All(char.IsAsciiLetter))
        {
            throw source.Error(
                $"a chunk has the type {Convert.ToHexString(head.AsSpan(4))}, which is not four letters.", Damaged);
        }

        chunk = chunk with { Data = source.Take(BinaryPrimitives.ReadUInt32BigEndian(head), $"chunk {chunk.Type}") };
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(source.Take(4, $"the checksum of chunk {chunk.Type}"));
        uint actual = Checksum(head.AsSpan(4), chunk.Data);
        return stored == actual ? chunk
            : chunk.IsAncillary ? new PngChunk(DamagedType, [])
            : throw source.Error($"the checksum of chunk {chunk.Type} is {stored:X8} instead of {actual:X8}.", Damaged);
    }

    /// <summary>Writes the chunk with its checksum.</summary>
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

    static uint Checksum(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Crc32 sum = new();
        sum.Append(type);
        sum.Append(data);
        return sum.GetCurrentHashAsUInt32();
    }
}
