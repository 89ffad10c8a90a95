using System.Buffers.Binary;
using System.Text;

namespace Criterion.Formats;

/// <summary>
/// A message in the wire format of Protocol Buffers. Its size is known before it is written, so that messages nest without copies of their
/// content. A message must not change after it was added to another. Source: protobuf.dev, "Encoding".
/// </summary>
internal sealed class ProtobufMessage
{
    const int Varint = 0;
    const int Fixed64 = 1;
    const int LengthDelimited = 2;
    const int Fixed32 = 5;

    readonly List<Action<Stream>> _fields = [];

    /// <summary>Gets the bytes of the message.</summary>
    public long Size { get; private set; }

    /// <summary>Adds an integer, an enumeration or a boolean.</summary>
    public ProtobufMessage Add(int field, long value) => Add([.. Tag(field, Varint), .. Digits((ulong)value)]);

    /// <summary>Adds each of several integers.</summary>
    public ProtobufMessage Add(int field, ReadOnlySpan<long> values)
    {
        foreach (long value in values)
        {
            Add(field, value);
        }

        return this;
    }

    /// <summary>Adds a number of 32 bits.</summary>
    public ProtobufMessage Add(int field, float value)
    {
        byte[] bits = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bits, value);
        return Add([.. Tag(field, Fixed32), .. bits]);
    }

    /// <summary>Adds a number of 64 bits.</summary>
    public ProtobufMessage Add(int field, double value) => Add([.. Tag(field, Fixed64), .. Bits([value])]);

    /// <summary>Adds numbers of 64 bits as one packed list.</summary>
    public ProtobufMessage AddPacked(int field, ReadOnlySpan<double> values) => Add(field, Bits(values));

    /// <summary>Adds text.</summary>
    public ProtobufMessage Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    /// <summary>Adds bytes.</summary>
    public ProtobufMessage Add(int field, byte[] bytes) => Add(field, bytes.Length, stream => stream.Write(bytes));

    /// <summary>Adds a message.</summary>
    public ProtobufMessage Add(int field, ProtobufMessage message) => Add(field, message.Size, message.WriteTo);

    /// <summary>Adds each of several messages.</summary>
    public ProtobufMessage Add(int field, IEnumerable<ProtobufMessage> messages)
    {
        foreach (ProtobufMessage message in messages)
        {
            Add(field, message);
        }

        return this;
    }

    /// <summary>Adds bytes that are written when the message is.</summary>
    /// <param name="field">The number of the field.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="write">Writes them.</param>
    public ProtobufMessage Add(int field, long length, Action<Stream> write)
    {
        Add([.. Tag(field, LengthDelimited), .. Digits((ulong)length)]);
        _fields.Add(write);
        Size += length;
        return this;
    }

    /// <summary>Writes the fields in order.</summary>
    public void WriteTo(Stream stream)
    {
        foreach (Action<Stream> write in _fields)
        {
            write(stream);
        }
    }

    ProtobufMessage Add(byte[] bytes)
    {
        _fields.Add(stream => stream.Write(bytes));
        Size += bytes.Length;
        return this;
    }

    static byte[] Bits(ReadOnlySpan<double> values)
    {
        byte[] bits = new byte[values.Length * sizeof(double)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bits.AsSpan(i * sizeof(double)), values[i]);
        }

        return bits;
    }

    static byte[] Tag(int field, int type) => Digits(((ulong)field << 3) | (uint)type);

    // Seven bits a byte, the lowest first; the highest bit of a byte announces another.
    static byte[] Digits(ulong value)
    {
        List<byte> digits = [];
        for (; value >= 0x80; value >>= 7)
        {
            digits.Add((byte)(value | 0x80));
        }

        return [.. digits, (byte)value];
    }
}
