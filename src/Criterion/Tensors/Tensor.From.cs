using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Memory;

namespace Criterion;

/// <content>
/// Tensors from values of .NET. Float, double, long and byte keep their type; all other integers become Int64, Half becomes Float32 and
/// decimal Float64. So <c>From([1, 2])</c> is Int64, <c>From([1f, 2])</c> Float32 and <c>From([1.0, 2.0])</c> Float64.
/// </content>
public sealed partial class Tensor
{
    /// <summary>Creates a tensor from a copy of numbers in row-major order.</summary>
    /// <param name="values">
    /// The numbers. Float, double, long and byte keep their type; other integers become Int64, Half Float32 and decimal Float64.
    /// </param>
    /// <param name="shape">The shape, with as many elements.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    /// <exception cref="DTypeException">
    /// An integer is out of the range of Int64, or a gradient is required of a type that is not floating-point.
    /// </exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape, bool requiresGrad = false)
        where T : unmanaged, INumber<T> => Converted(values, shape).Learning(requiresGrad);

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[] values, Shape shape, bool requiresGrad = false)
        where T : unmanaged, INumber<T> => From(new ReadOnlySpan<T>(values), shape, requiresGrad);

    /// <summary>Creates a vector from a copy of numbers.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(params ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T> => From(values, [values.Length]);

    /// <summary>Creates a vector from a copy of numbers.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(ReadOnlySpan<T> values, bool requiresGrad)
        where T : unmanaged, INumber<T> => From(values, [values.Length], requiresGrad);

    /// <summary>Creates a vector from a copy of numbers.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[] values, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(new ReadOnlySpan<T>(values), [values.Length], requiresGrad);
    }

    /// <summary>Creates a vector from a sequence of numbers.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(IEnumerable<T> values, bool requiresGrad = false)
        where T : unmanaged, INumber<T> => From<T>([.. values], requiresGrad);

    /// <summary>Creates a tensor from a sequence of numbers in row-major order.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(IEnumerable<T> values, Shape shape, bool requiresGrad = false)
        where T : unmanaged, INumber<T> => From<T>([.. values], shape, requiresGrad);

    /// <summary>Creates a matrix from a copy of a two-dimensional array.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[,] values, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(ValuesOf<T>(values), [values.GetLength(0), values.GetLength(1)], requiresGrad);
    }

    /// <summary>Creates a tensor from a copy of a three-dimensional array.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[,,] values, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(ValuesOf<T>(values), [values.GetLength(0), values.GetLength(1), values.GetLength(2)], requiresGrad);
    }

    /// <summary>Creates a matrix from a copy of rows of equal lengths.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    /// <exception cref="ShapeException">The rows differ in length.</exception>
    public static Tensor From<T>(T[][] rows, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        int width = CommonLength(rows);
        return From<T>([.. rows.SelectMany(static row => row)], [rows.Length, width], requiresGrad);
    }

    /// <summary>Creates a tensor from a copy of matrices of equal sizes.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    /// <exception cref="ShapeException">The matrices, or rows of them, differ in length.</exception>
    public static Tensor From<T>(T[][][] matrices, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        int height = CommonLength(matrices);
        T[][] rows = [.. matrices.SelectMany(static matrix => matrix)];
        int width = CommonLength(rows);
        return From<T>([.. rows.SelectMany(static row => row)], [matrices.Length, height, width], requiresGrad);
    }

    /// <summary>Creates a Bool tensor from a copy of truth values in row-major order.</summary>
    /// <param name="values">The values.</param>
    /// <param name="shape">The shape, with as many elements.</param>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    public static Tensor From(ReadOnlySpan<bool> values, Shape shape) => Copied(values, shape);

    /// <inheritdoc cref="From(ReadOnlySpan{bool}, Shape)"/>
    public static Tensor From(bool[] values, Shape shape) => Copied<bool>(values, shape);

    /// <summary>Creates a Bool vector from a copy of truth values.</summary>
    /// <param name="values">The values.</param>
    public static Tensor From(params ReadOnlySpan<bool> values) => Copied(values, [values.Length]);

    /// <summary>Creates a Bool vector from a sequence of truth values.</summary>
    /// <param name="values">The values.</param>
    public static Tensor From(IEnumerable<bool> values) => From([.. values]);

    /// <summary>
    /// Creates a tensor over a <see cref="System.Numerics.Tensors.Tensor{T}"/> of float, double, long or byte: without a copy if it is
    /// dense, else with one. Other numbers are copied and converted, as by <see cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>.
    /// </summary>
    public static Tensor From<T>(System.Numerics.Tensors.Tensor<T> tensor)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Shape shape = [.. tensor.Lengths.ToArray().Select(static n => (int)Math.Min(n, int.MaxValue))];
        if (shape.Count > 0 && tensor.IsDense && IsElement<T>())
        {
            return WrapElements(new SystemTensorMemory<T>(tensor, shape.Count).Memory, shape);
        }

        T[] copy = new T[shape.Count];
        tensor.FlattenTo(copy);
        return From(copy, shape);
    }

    /// <summary>Creates a tensor over memory that the caller owns, without a copy: a change of one is visible in the other.</summary>
    /// <param name="memory">The elements in row-major order.</param>
    /// <param name="shape">The shape, with as many elements.</param>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    public static Tensor Wrap(Memory<float> memory, Shape shape) => WrapElements(memory, shape);

    /// <inheritdoc cref="Wrap(Memory{float}, Shape)"/>
    public static Tensor Wrap(Memory<double> memory, Shape shape) => WrapElements(memory, shape);

    /// <inheritdoc cref="Wrap(Memory{float}, Shape)"/>
    public static Tensor Wrap(Memory<long> memory, Shape shape) => WrapElements(memory, shape);

    /// <inheritdoc cref="Wrap(Memory{float}, Shape)"/>
    public static Tensor Wrap(Memory<byte> memory, Shape shape) => WrapElements(memory, shape);

    /// <inheritdoc cref="Wrap(Memory{float}, Shape)"/>
    public static Tensor Wrap(Memory<bool> memory, Shape shape) => WrapElements(memory, shape);

    /// <summary>Creates a tensor over memory of an element type.</summary>
    internal static Tensor WrapElements<T>(Memory<T> memory, Shape shape)
        where T : unmanaged
    {
        CheckCount(memory.Length, shape);
        return new Tensor(new Storage<T>(memory), shape);
    }

    /// <summary>Creates a tensor from a copy of values of an element type.</summary>
    internal static Tensor Copied<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        CheckCount(values.Length, shape);
        Storage<T> storage = Storage.Rent<T>(values.Length);
        values.CopyTo(storage.Memory.Span);
        return new Tensor(storage, shape);
    }

    static bool IsElement<T>() =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(long) || typeof(T) == typeof(byte);

    static Tensor Converted<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged, INumber<T> =>
        IsElement<T>() ? Copied(values, shape)
        : typeof(T) == typeof(Half) ? ConvertedTo<T, float>(values, shape)
        : T.One / (T.One + T.One) == T.Zero ? ConvertedTo<T, long>(values, shape)
        : ConvertedTo<T, double>(values, shape);

    static Tensor ConvertedTo<T, TElement>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged, INumber<T>
        where TElement : unmanaged, INumber<TElement>
    {
        CheckCount(values.Length, shape);
        Storage<TElement> storage = Storage.Rent<TElement>(values.Length);
        Span<TElement> elements = storage.Memory.Span;
        for (int i = 0; i < values.Length; i++)
        {
            elements[i] = Convert<T, TElement>(values[i]);
        }

        return new Tensor(storage, shape);
    }

    static TElement Convert<T, TElement>(T value)
        where T : INumber<T>
        where TElement : INumber<TElement>
    {
        try
        {
            return TElement.CreateChecked(value);
        }
        catch (OverflowException)
        {
            throw new DTypeException($"Tensor.From: {value} is out of the range of Int64. Convert the values to double first.");
        }
    }

    static int CommonLength<T>(T[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int length = rows.Length == 0 ? 0 : rows[0].Length;
        int other = Array.FindIndex(rows, row => row.Length != length);
        return other < 0
            ? length
            : throw new ShapeException(
                $"Tensor.From: row 0 has {length} elements and row {other} has {rows[other].Length}. Rows must have equal lengths.");
    }

    static ReadOnlySpan<T> ValuesOf<T>(Array values)
        where T : unmanaged
    {
        ref byte first = ref MemoryMarshal.GetArrayDataReference(values);
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref first), values.Length);
    }
}
