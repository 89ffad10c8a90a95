using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Criterion.Training;

/// <summary>Writes a message of Protocol Buffers in its wire format, field by field.</summary>
/// <remarks>Source: Protocol Buffers, Encoding, <c>protobuf.dev/programming-guides/encoding</c>.</remarks>
internal sealed class ProtobufWriter
{
    const int VarintType = 0;
    const int Fixed64Type = 1;
    const int LengthType = 2;
    const int Fixed32Type = 5;

    readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Gets the message so far.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>Writes an <c>int32</c>, an <c>int64</c> or a value of an enumeration.</summary>
    public ProtobufWriter Integer(int field, long value) => Key(field, VarintType).Varint((ulong)value);

    /// <summary>Writes a <c>double</c>.</summary>
    public ProtobufWriter Double(int field, double value) => Key(field, Fixed64Type).Fixed(value);

    /// <summary>Writes a <c>float</c>.</summary>
    public ProtobufWriter Float(int field, float value)
    {
        Key(field, Fixed32Type);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
        return this;
    }

    /// <summary>Writes a <c>string</c>.</summary>
    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Writes <c>bytes</c>.</summary>
    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Key(field, LengthType).Varint((ulong)value.Length)._bytes.Write(value);
        return this;
    }

    /// <summary>Writes a message inside this one.</summary>
    public ProtobufWriter Message(int field, ProtobufWriter value) => Bytes(field, value.Written);

    /// <summary>Writes a packed list of doubles.</summary>
    public ProtobufWriter Doubles(int field, params ReadOnlySpan<double> values)
    {
        Key(field, LengthType).Varint((ulong)values.Length * sizeof(double));
        foreach (double value in values)
        {
            Fixed(value);
        }

        return this;
    }

    ProtobufWriter Key(int field, int type) => Varint(((ulong)field << 3) | (uint)type);

    // Seven bits a byte, the least significant first; the top bit marks that more follow.
    ProtobufWriter Varint(ulong value)
    {
        int count = Math.Max(1, (BitOperations.Log2(value) / 7) + 1);
        Span<byte> bytes = _bytes.GetSpan(count);
        for (int i = 0; i < count; i++, value >>= 7)
        {
            bytes[i] = (byte)((value & 0x7F) | (i < count - 1 ? 0x80u : 0));
        }

        _bytes.Advance(count);
        return this;
    }

    ProtobufWriter Fixed(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(sizeof(double)), value);
        _bytes.Advance(sizeof(double));
        return this;
    }
}
