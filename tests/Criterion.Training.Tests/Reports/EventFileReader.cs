using System.Buffers.Binary;
using System.Text;

namespace Criterion.Training.Tests;

/// <summary>Reads event files by the published rules of records, checksums and messages, without the code that writes them.</summary>
internal static class EventFileReader
{
    /// <summary>Castagnoli's polynomial, reflected: RFC 3720, B.4.</summary>
    const uint Polynomial = 0x82F63B78;

    /// <summary>A field of a message: its number, and its value as an integer or as bytes.</summary>
    public readonly record struct Field(int Number, ulong Integer, byte[] Bytes)
    {
        public double Double => BitConverter.UInt64BitsToDouble(Integer);

        public float Float => BitConverter.UInt32BitsToSingle((uint)Integer);

        public string Text => Encoding.UTF8.GetString(Bytes);

        public Field[] Message => [.. Fields(Bytes)];

        public double[] Doubles => [.. Bytes.Chunk(8).Select(static bytes => BinaryPrimitives.ReadDoubleLittleEndian(bytes))];
    }

    /// <summary>Reads all events of a file and checks every checksum.</summary>
    public static IReadOnlyList<Field[]> Read(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        List<Field[]> events = [];
        while (stream.Position < stream.Length)
        {
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(Part(stream, 8));
            events.Add([.. Fields(Part(stream, (int)length))]);
        }

        return events;
    }

    /// <summary>Returns the values of all summaries: the step, the tag and the fields.</summary>
    public static IReadOnlyList<(long Step, string Tag, Field[] Value)> Values(string path) =>
    [
        .. from one in Read(path)
           from summary in one.Where(static field => field.Number == 5)
           from value in summary.Message
           let fields = value.Message
           select (Step(one), fields.First(static field => field.Number == 1).Text, fields),
    ];

    public static long Step(Field[] one) => (long)one.First(static field => field.Number == 2).Integer;

    /// <summary>CRC-32C, bit by bit.</summary>
    public static uint Checksum(byte[] bytes)
    {
        uint sum = ~0u;
        foreach (byte one in bytes)
        {
            sum ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) == 1 ? (sum >> 1) ^ Polynomial : sum >> 1;
            }
        }

        return ~sum;
    }

    // Bytes, and the checksum of them in its masked form.
    static byte[] Part(Stream stream, int length)
    {
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        byte[] stored = new byte[4];
        stream.ReadExactly(stored);
        uint sum = Checksum(bytes);
        Assert.Equal(unchecked(((sum >> 15) | (sum << 17)) + 0xA282EAD8), BinaryPrimitives.ReadUInt32LittleEndian(stored));
        return bytes;
    }

    static IEnumerable<Field> Fields(byte[] message)
    {
        int at = 0;
        while (at < message.Length)
        {
            ulong key = Varint(message, ref at);
            int number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return new(number, Varint(message, ref at), []);
                    break;
                case 1:
                    yield return new(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(message, ref at, 8)), []);
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    yield return new(number, 0, Take(message, ref at, length));
                    break;
                case 5:
                    yield return new(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(message, ref at, 4)), []);
                    break;
                default:
                    throw new InvalidDataException($"wire type {key & 7}");
            }
        }
    }

    static byte[] Take(byte[] message, ref int at, int count)
    {
        at += count;
        return message[(at - count)..at];
    }

    static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte one = message[at++];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }
    }
}
