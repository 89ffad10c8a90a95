using System.Buffers.Binary;
using System.Text;

namespace Criterion.Formats;

/// <summary>
/// NumPy's <c>.npy</c>: one array per file. Reads versions 1.0 to 3.0, both byte orders and both memory orders; writes the same bytes as
/// <c>numpy.save</c>.
/// </summary>
/// <remarks>
/// f4, f8, i8, u1 and b1 keep their type; f2 is read as Float32, and i1, i2, i4, u2, u4 and u8 as Int64, all without loss; a u8 above 2⁶³ −
/// 1 throws. As in NumPy, bytes after the array are ignored. Records, objects, text and complex numbers throw. Source: NumPy, NEP 1 and
/// <c>numpy.lib.format</c>.
/// </remarks>
public static class Npy
{
    const string Format = nameof(Npy);

    // The data starts at a multiple of this, so that it can be memory-mapped.
    const int Alignment = 64;

    // The longest header of numeric arrays is below 2 KB: 64 sizes of up to 20 digits.
    const int MostHeaderBytes = 1 << 16;

    static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the array in a file.</summary>
    /// <exception cref="DataFormatException">The file is not <c>.npy</c>, is damaged, or has an unsupported type.</exception>
    public static Tensor Read(string path) => ByteSource.Open(path, Format, Read);

    /// <summary>Reads one array and leaves the stream at its end, so that several can follow one another.</summary>
    /// <exception cref="DataFormatException">The stream is not <c>.npy</c>, is damaged, or has an unsupported type.</exception>
    public static Tensor Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(new ByteSource(stream, Format));
    }

    /// <summary>Writes a tensor to a file; an existing one is replaced atomically.</summary>
    public static void Write(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        AtomicFile.Write(path, stream => Write(stream, tensor));
    }

    /// <summary>Writes a tensor.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensor);
        WriteHeader(stream, tensor);
        StoredType.Write(stream, tensor);
    }

    static Tensor Read(ByteSource source)
    {
        NpyHeader header = NpyHeaderParser.Parse(source, ReadHeader(source));
        StoredType type = TypeOf(header.Type, source);
        Shape shape = source.Shape(header.Sizes, "the array");
        bool bigEndian = header.Type.StartsWith('>');
        if (!header.ColumnMajor)
        {
            return type.Read(source, shape, "the array", bigEndian);
        }

        // Column-major data is the row-major data of the transposed array.
        int[] backwards = [.. Enumerable.Range(0, shape.Rank).Reverse()];
        Shape turned = [.. shape.Reverse()];
        return type.Read(source, turned, "the array", bigEndian).Permute(backwards).Contiguous();
    }

    static string ReadHeader(ByteSource source)
    {
        byte[] start = source.Take(Magic.Length + 2, "the start of a .npy");
        int version = start[Magic.Length];
        if (!start.AsSpan().StartsWith(Magic) || version is < 1 or > 3)
        {
            throw source.Error(
                $"it starts with the bytes {Convert.ToHexString(start)}, not with those of .npy versions 1 to 3.",
                "Save the array with numpy.save, or unpack an .npz first.");
        }

        long length = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(source.Take(2, "the header's length"))
            : BinaryPrimitives.ReadUInt32LittleEndian(source.Take(4, "the header's length"));
        if (length > MostHeaderBytes)
        {
            throw source.Error(
                $"the header has {length} bytes, more than the {MostHeaderBytes} of a numeric array.",
                "For an array of records save each field as an array.");
        }

        byte[] text = source.Take(length, "the header");
        return version == 3 ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text);
    }

    static StoredType TypeOf(string type, ByteSource source) =>
        TypeOf("<>|=".Contains(type.FirstOrDefault(), StringComparison.Ordinal) ? type[1..] : type)
        ?? throw source.Error(
            $"its element type '{type}' is not supported.",
            "Convert it in NumPy first, for example with array.astype('f4') or array.astype('i8').");

    static StoredType? TypeOf(string type) => type switch
    {
        "f2" or "float16" => StoredType.Float16,
        "f4" or "float32" => StoredType.Float32,
        "f8" or "float64" => StoredType.Float64,
        "i1" or "int8" => StoredType.Int8,
        "i2" or "int16" => StoredType.Int16,
        "i4" or "int32" => StoredType.Int32,
        "i8" or "int64" => StoredType.Int64,
        "u1" or "uint8" => StoredType.UInt8,
        "u2" or "uint16" => StoredType.UInt16,
        "u4" or "uint32" => StoredType.UInt32,
        "u8" or "uint64" => StoredType.UInt64,
        "b1" or "?" or "bool" => StoredType.Bool,
        _ => null,
    };

    static void WriteHeader(Stream stream, Tensor tensor)
    {
        string sizes = string.Join(", ", tensor.Shape) + (tensor.Rank == 1 ? "," : "");
        string text = $"{{'descr': '{NameOf(tensor.DType)}', 'fortran_order': False, 'shape': ({sizes}), }}";

        // The text is padded with spaces and ends with a line break.
        int before = Magic.Length + 4;
        int length = ((before + text.Length + Alignment) / Alignment * Alignment) - before;
        byte[] header = new byte[before + length];
        Magic.CopyTo(header);
        header[Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(Magic.Length + 2), checked((ushort)length));
        Encoding.ASCII.GetBytes(text.PadRight(length - 1) + '\n', header.AsSpan(before));
        stream.Write(header);
    }

    static string NameOf(DType dtype) => dtype switch
    {
        DType.Float32 => "<f4",
        DType.Float64 => "<f8",
        DType.Int64 => "<i8",
        DType.UInt8 => "|u1",
        _ => "|b1",
    };
}
