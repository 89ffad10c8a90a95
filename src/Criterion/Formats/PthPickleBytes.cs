using System.Buffers.Binary;
using System.Text;

namespace Criterion.Formats;

/// <summary>The bytes of a pickle, of which only so many values are read that neither memory nor time grows beyond bounds.</summary>
internal sealed class PthPickleBytes(ByteSource source)
{
    const string What = "the pickle";

    /// <summary>
    /// The most values in a pickle. A large network has thousands of tensors of some fifty values each; a value may take a hundred
    /// bytes of memory.
    /// </summary>
    const int MostValues = 1 << 24;

    /// <summary>Bytes of text that count as one value: text takes little more memory than its bytes.</summary>
    const int TextPerValue = 16;

    /// <summary>The longest text that can be a name; what is longer is passed over.</summary>
    const int MostText = 1 << 16;

    static readonly UTF8Encoding Unicode = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    int _left = MostValues;

    /// <summary>Charges for values in the pickle, or copied from it.</summary>
    public void Charge(long values)
    {
        if (values > _left)
        {
            throw source.Error(
                $"its pickle has more than {MostValues} values, far more than names and shapes need.",
                "Save the weights alone: torch.save(model.state_dict(), path).");
        }

        _left -= (int)values;
    }

    /// <summary>The next byte.</summary>
    public byte Byte()
    {
        Span<byte> one = stackalloc byte[1];
        source.Read(one, What);
        return one[0];
    }

    /// <summary>The next bytes.</summary>
    public byte[] Take(long count) => source.Take(count, What);

    /// <summary>Passes over bytes.</summary>
    public bool Skip(long count)
    {
        source.Skip(count, What);
        return true;
    }

    /// <summary>A length of four bytes.</summary>
    public long Length32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>A length of eight bytes.</summary>
    public long Length64() =>
        BinaryPrimitives.ReadInt64LittleEndian(Take(8)) is var length and >= 0 ? length : throw Damaged("has a value of a negative length");

    /// <summary>Text, or an opaque value where it is none: Python 2 kept bytes as text.</summary>
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

    /// <summary>Passes over a value that no tensor needs.</summary>
    public PthOpaque Opaque(long count, string type)
    {
        Skip(count);
        return new PthOpaque(type);
    }

    /// <summary>Text up to the end of a line.</summary>
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

    /// <summary>Computes the error of a damaged pickle.</summary>
    public DataFormatException Damaged(string what) =>
        source.Error($"its pickle {what}.", "The file is damaged or no state dict: save or fetch it again.");
}
