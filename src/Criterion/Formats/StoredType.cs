using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Criterion.Formats;

/// <summary>An element type in files, and the tensor type that represents it without loss.</summary>
internal abstract class StoredType(int size, DType dtype)
{
    /// <summary>The number of bytes copied at a time, which stay in the cache between reading and converting.</summary>
    protected const int Piece = 1 << 16;

    // Micikevicius et al., FP8 formats for deep learning, 2022: E4M3 has no infinities, and one NaN of each sign.
    static readonly float[] E4M3 = [.. Enumerable.Range(0, 256).Select(static bits => FromE4M3(bits))];

    // An E5M2 is the upper byte of a half.
    static readonly float[] E5M2 = [.. Enumerable.Range(0, 256).Select(
        static bits => (float)BitConverter.UInt16BitsToHalf((ushort)(bits << 8)))];

    public static readonly StoredType Bool = new StoredType<byte, bool>(DType.Bool, WidenBool);
    public static readonly StoredType UInt8 = new StoredType<byte, byte>(DType.UInt8, Copy);
    public static readonly StoredType UInt16 = new StoredType<ushort, long>(DType.Int64, Widen);
    public static readonly StoredType UInt32 = new StoredType<uint, long>(DType.Int64, Widen);
    public static readonly StoredType UInt64 = new StoredType<ulong, long>(DType.Int64, WidenChecked);
    public static readonly StoredType Int8 = new StoredType<sbyte, long>(DType.Int64, Widen);
    public static readonly StoredType Int16 = new StoredType<short, long>(DType.Int64, Widen);
    public static readonly StoredType Int32 = new StoredType<int, long>(DType.Int64, Widen);
    public static readonly StoredType Int64 = new StoredType<long, long>(DType.Int64, Copy);
    public static readonly StoredType Float16 = new StoredType<Half, float>(DType.Float32, Widen);
    public static readonly StoredType BFloat16 = new StoredType<ushort, float>(DType.Float32, WidenBFloat16);
    public static readonly StoredType Float8E4M3 = new StoredType<byte, float>(DType.Float32, static (x, y) => LookUp(x, y, E4M3));
    public static readonly StoredType Float8E5M2 = new StoredType<byte, float>(DType.Float32, static (x, y) => LookUp(x, y, E5M2));
    public static readonly StoredType Float32 = new StoredType<float, float>(DType.Float32, Copy);
    public static readonly StoredType Float64 = new StoredType<double, double>(DType.Float64, Copy);

    /// <summary>Gets the bytes of an element in the file.</summary>
    public int Size { get; } = size;

    /// <summary>Reads the elements of a tensor in row-major order.</summary>
    public Tensor Read(ByteSource source, Shape shape, string what, bool bigEndian = false)
    {
        source.Require((long)shape.Count * Size, what);
        Tensor tensor = Tensor.Empty(shape, dtype);
        try
        {
            Fill(tensor, source, what, bigEndian);
            return tensor;
        }
        catch (OverflowException e)
        {
            throw source.Error(
                $"{what} has a number above {long.MaxValue}, the maximum of Int64.", "Convert it first, for example to floats.", e);
        }
    }

    /// <summary>Writes a tensor's elements in row-major order, little-endian, in the tensor's type.</summary>
    public static void Write(Stream stream, Tensor tensor) =>
        tensor.DType.RunElements(new WriteElements(stream, tensor));

    protected abstract void Fill(Tensor tensor, ByteSource source, string what, bool bigEndian);

    /// <summary>Reverses each element of <paramref name="size"/> bytes unless it is in this machine's byte order.</summary>
    protected static void FixOrder(Span<byte> bytes, int size, bool bigEndian)
    {
        if (bigEndian != BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (size)
        {
            case 2:
                Span<ushort> twos = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(twos, twos);
                break;
            case 4:
                Span<uint> fours = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(fours, fours);
                break;
            case 8:
                Span<ulong> eights = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(eights, eights);
                break;
        }
    }

    readonly struct WriteElements(Stream stream, Tensor tensor) : IElementTask
    {
        public void Run<T>()
            where T : unmanaged => StoredType.Write(stream, tensor.AsReadOnlySpan<T>());
    }

    static void Write<T>(Stream stream, ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        Span<byte> scratch = new byte[(int)Math.Min(Piece, (long)elements.Length * size)];
        while (!elements.IsEmpty)
        {
            int count = Math.Min(elements.Length, Piece / size);
            Span<byte> bytes = scratch[..(count * size)];
            MemoryMarshal.AsBytes(elements[..count]).CopyTo(bytes);
            FixOrder(bytes, size, bigEndian: false);
            stream.Write(bytes);
            elements = elements[count..];
        }
    }

    static void Copy<T>(ReadOnlySpan<T> stored, Span<T> elements) => stored.CopyTo(elements);

    static void Widen<TStored, TElement>(ReadOnlySpan<TStored> stored, Span<TElement> elements)
        where TStored : INumberBase<TStored>
        where TElement : INumberBase<TElement> => TensorPrimitives.ConvertTruncating(stored, elements);

    static void WidenChecked(ReadOnlySpan<ulong> stored, Span<long> elements) => TensorPrimitives.ConvertChecked(stored, elements);

    static void LookUp(ReadOnlySpan<byte> stored, Span<float> elements, float[] table)
    {
        for (int i = 0; i < stored.Length; i++)
        {
            elements[i] = table[stored[i]];
        }
    }

    static float FromE4M3(int bits)
    {
        (int exponent, int mantissa) = ((bits >> 3) & 15, bits & 7);
        float size = (exponent, mantissa) switch
        {
            (15, 7) => float.NaN,
            (0, _) => mantissa * MathF.ScaleB(1, -9),
            _ => (8 + mantissa) * MathF.ScaleB(1, exponent - 10),
        };
        return bits < 128 ? size : -size;
    }

    // A bfloat16 is the upper half of a float.
    static void WidenBFloat16(ReadOnlySpan<ushort> stored, Span<float> elements)
    {
        for (int i = 0; i < stored.Length; i++)
        {
            elements[i] = BitConverter.UInt32BitsToSingle((uint)stored[i] << 16);
        }
    }

    // A bool must be 0 or 1: other bytes would break the code that relies on it.
    static void WidenBool(ReadOnlySpan<byte> stored, Span<bool> elements)
    {
        for (int i = 0; i < stored.Length; i++)
        {
            elements[i] = stored[i] != 0;
        }
    }
}

/// <summary>Converts stored elements to those of a tensor.</summary>
internal delegate void Conversion<TStored, TElement>(ReadOnlySpan<TStored> stored, Span<TElement> elements);

/// <summary>Elements stored as <typeparamref name="TStored"/> and represented as <typeparamref name="TElement"/>.</summary>
internal sealed class StoredType<TStored, TElement>(DType dtype, Conversion<TStored, TElement> convert)
    : StoredType(Unsafe.SizeOf<TStored>(), dtype)
    where TStored : unmanaged
    where TElement : unmanaged
{
    protected override void Fill(Tensor tensor, ByteSource source, string what, bool bigEndian)
    {
        Span<TElement> elements = tensor.AsSpan<TElement>();
        Span<byte> scratch = new byte[(int)Math.Min(Piece, (long)elements.Length * Size)];
        while (!elements.IsEmpty)
        {
            int count = Math.Min(elements.Length, Piece / Size);
            Span<byte> bytes = scratch[..(count * Size)];
            source.Read(bytes, what);
            FixOrder(bytes, Size, bigEndian);
            convert(MemoryMarshal.Cast<byte, TStored>(bytes), elements[..count]);
            elements = elements[count..];
        }
    }
}
