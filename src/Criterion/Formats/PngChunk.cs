using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Criterion.Formats;

/// <summary>A PNG is a row of chunks: a type of four letters, data, and a checksum over both.</summary>
internal readonly record struct PngChunk(string Type, byte[] Data)
{
    const string DamagedType = "damaged";

    /// <summary>Whether a reader that does not know the chunk may pass over it: its first letter is small.</summary>
    public bool IsAncillary => char.IsAsciiLetterLower(Type[0]);

    /// <summary>Reads a chunk; an ancillary one with a wrong checksum comes without a type, as one that nobody knows.</summary>
    /// <exception cref="DataFormatException">It is cut short, is none, or is critical and its checksum is wrong.</exception>
    public static PngChunk Read(ByteSource source) => Read(source, out _);

    /// <summary>Computes the same, and says of which type it is even where it cannot be read.</summary>
    public static PngChunk Read(ByteSource source, out string type)
    {
        type = "";
        byte[] head = source.Take(8, "the head of a chunk");
        type = Encoding.Latin1.GetString(head, 4, 4);
        PngChunk chunk = new(type, []);
        if (!chunk.Type.All(char.IsAsciiLetter))
        {
            throw source.Error($"a chunk has the type {Convert.ToHexString(head.AsSpan(4))}, which is not four letters.", "The file is damaged: fetch it again.");
        }

        chunk = chunk with { Data = source.Take(BinaryPrimitives.ReadUInt32BigEndian(head), $"chunk {chunk.Type}") };
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(source.Take(4, $"the checksum of chunk {chunk.Type}"));
        uint actual = Checksum(head.AsSpan(4), chunk.Data);
        return stored == actual ? chunk
            : chunk.IsAncillary ? new PngChunk(DamagedType, [])
            : throw source.Error($"the checksum of chunk {chunk.Type} is {stored:X8}, and its data gives {actual:X8}.", "The file is damaged: fetch it again.");
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

    static uint Checksum(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Crc32 sum = new();
        sum.Append(type);
        sum.Append(data);
        return sum.GetCurrentHashAsUInt32();
    }
}
