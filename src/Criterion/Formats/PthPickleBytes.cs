using System.Buffers.Binary;
using System.Text;

namespace Criterion.Formats;

/// <summary>The bytes of a pickle, with a limit on the number of values that bounds memory and time.</summary>
internal sealed class PthPickleBytes(ByteSource source)
{
    const string What = "the pickle";

    /// <summary>
    /// The maximum number of values. A large network has thousands of tensors of about fifty values each; a value may need a hundred bytes
    /// of memory.
    /// </summary>
    const int MostValues = 1 << 24;

    /// <summary>The bytes of text that count as one value: text needs little more memory than its bytes.</summary>
    const int TextPerValue = 16;

    /// <summary>The maximum length of a name; longer text is skipped.</summary>
    const int MostText = 1 << 16;

    static readonly UTF8Encoding Unicode = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    int _left = MostValues;

    /// <summary>Counts values that are read from the pickle or copied.</summary>
    public void Charge(long values)
    {
        if (values > _left)
        {
            throw source.Error(
                $"its pickle has more than {MostValues} values, far more than a state dict needs.",
                "Save the weights alone: torch.save(model.state_dict(), path).");
        }

        _left -= (int)values;
    }

    /// <summary>Reads a byte.</summary>
    public byte Byte()
    {
        Span<byte> one = stackalloc byte[1];
        source.Read(one, What);
        return one[0];
    }

    /// <summary>Reads bytes.</summary>
    public byte[] Take(long count) => source.Take(count, What);

    /// <summary>Skips bytes.</summary>
    public bool Skip(long count)
    {
        source.Skip(count, What);
        return true;
    }

    /// <summary>Reads a length of four bytes.</summary>
    public long Length32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Reads a length of eight bytes.</summary>
    public long Length64() =>
        BinaryPrimitives.ReadInt64LittleEndian(Take(8)) is var length and >= 0
            ? length
            : throw Damaged("has a value with a negative length");

    /// <summary>Reads text, or an opaque value if it is invalid: Python 2 stored bytes as text.</summary>
    public object Text(long count)
    {
        if (count > MostText)
        {
            return Opaque(count, "str");
        }

        Charge(count / TextPerValue);
        byte[] bytes = Take(count);
        try
        {
            return Unicode.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return new PthOpaque("str");
        }
    }

    /// <summary>Skips a value that tensors do not need.</summary>
    public PthOpaque Opaque(long count, string type)
    {
        Skip(count);
        return new PthOpaque(type);
    }

    /// <summary>Reads text up to the end of a line.</summary>
    public string Line()
    {
        StringBuilder line = new();
        for (byte next = Byte(); next != '\n'; next = Byte())
        {
            line.Append((char)next);
        }

        Charge(line.Length / TextPerValue);
        return line.ToString();
    }

    /// <summary>Creates the error of a damaged pickle.</summary>
    public DataFormatException Damaged(string what) =>
        source.Error($"its pickle {what}.", "The file is damaged or not a state dict: save or download it again.");
}
