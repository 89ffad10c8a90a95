using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Memory;

namespace Criterion;

/// <content>
/// Tensors from values of .NET. The types of numbers are a constraint, so that a call with any other type does not compile.
/// </content>
public sealed partial class Tensor
{
    /// <summary>Creates a tensor from a copy of values in row-major order.</summary>
    /// <remarks>
    /// float gives Float32, double Float64, long Int64, byte UInt8 and bool Bool: <c>[1.0, 2.0]</c> is Float64 and <c>[1f, 2f]</c> Float32.
    /// The other types are converted: integers to Int64, Half to Float32, decimal to Float64.
    /// </remarks>
    /// <param name="values">The values.</param>
    /// <param name="shape">The shape, with as many elements.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    /// <exception cref="DTypeException">
    /// An integer is beyond the range of Int64, or a gradient is required of integers.
    /// </exception>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        CheckCount(values.Length, shape);
        return HostNumbers.ToTensor(values, shape).Learning(requiresGrad);
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[] values, Shape shape, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(new ReadOnlySpan<T>(values), shape, requiresGrad);
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(IEnumerable<T> values, Shape shape, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.ToArray(), shape, requiresGrad);
    }

    /// <summary>Creates a vector from a copy of values: <c>From(1f, 2f)</c>. One value gives shape <c>[1]</c>; see <see cref="Scalar"/>.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(params ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T> => From(values, [values.Length]);

    /// <summary>Creates a vector from a copy of values.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(ReadOnlySpan<T> values, bool requiresGrad)
        where T : unmanaged, INumber<T> => From(values, [values.Length], requiresGrad);

    /// <summary>Creates a vector from a copy of values.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[] values, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values, [values.Length], requiresGrad);
    }

    /// <summary>Creates a vector from a copy of values, such as a list or a query.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(IEnumerable<T> values, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.ToArray(), requiresGrad);
    }

    /// <summary>Creates a matrix from a copy of a two-dimensional array.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[,] values, bool requiresGrad = false)
        where T : unmanaged, INumber<T> => From(Flat<T>(values), SizesOf(values), requiresGrad);

    /// <summary>Creates a tensor from a copy of a three-dimensional array.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[,,] values, bool requiresGrad = false)
        where T : unmanaged, INumber<T> => From(Flat<T>(values), SizesOf(values), requiresGrad);

    /// <summary>Creates a tensor from a copy of a four-dimensional array.</summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[,,,] values, bool requiresGrad = false)
        where T : unmanaged, INumber<T> => From(Flat<T>(values), SizesOf(values), requiresGrad);

    /// <summary>Creates a matrix from a copy of its rows.</summary>
    /// <param name="rows">The rows, all of one length.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    /// <exception cref="ShapeException">The rows differ in length.</exception>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[][] rows, bool requiresGrad = false)
        where T : unmanaged, INumber<T> => From(Joined(rows), [rows.Length, LengthOf(rows)], requiresGrad);

    /// <summary>Creates a tensor from a copy of matrices, each given by its rows.</summary>
    /// <param name="matrices">The matrices, all of one shape.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    /// <exception cref="ShapeException">The matrices or their rows differ in length.</exception>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[][][] matrices, bool requiresGrad = false)
        where T : unmanaged, INumber<T>
    {
        T[][] rows = Joined(matrices);
        return From(Joined(rows), [matrices.Length, LengthOf(matrices), LengthOf(rows)], requiresGrad);
    }

    /// <summary>Creates a Bool tensor from a copy of values in row-major order.</summary>
    /// <param name="values">The values.</param>
    /// <param name="shape">The shape, with as many elements.</param>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    public static Tensor From(ReadOnlySpan<bool> values, Shape shape) => Copied(values, shape);

    /// <inheritdoc cref="From(ReadOnlySpan{bool}, Shape)"/>
    public static Tensor From(bool[] values, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Copied<bool>(values, shape);
    }

    /// <inheritdoc cref="From(ReadOnlySpan{bool}, Shape)"/>
    public static Tensor From(IEnumerable<bool> values, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.ToArray(), shape);
    }

    /// <summary>Creates a Bool vector from a copy of values.</summary>
    /// <param name="values">The values.</param>
    public static Tensor From(params ReadOnlySpan<bool> values) => From(values, [values.Length]);

    /// <summary>Creates a Bool vector from a copy of values.</summary>
    /// <param name="values">The values.</param>
    public static Tensor From(bool[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values, [values.Length]);
    }

    /// <summary>Creates a Bool vector from a copy of values, such as a list or a query.</summary>
    /// <param name="values">The values.</param>
    public static Tensor From(IEnumerable<bool> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.ToArray());
    }

    /// <summary>Creates a Bool matrix from a copy of a two-dimensional array.</summary>
    /// <param name="values">The values.</param>
    public static Tensor From(bool[,] values) => From(Flat<bool>(values), SizesOf(values));

    /// <summary>Creates a Bool tensor from a copy of a three-dimensional array.</summary>
    /// <param name="values">The values.</param>
    public static Tensor From(bool[,,] values) => From(Flat<bool>(values), SizesOf(values));

    /// <summary>Creates a Bool matrix from a copy of its rows.</summary>
    /// <param name="rows">The rows, all of one length.</param>
    /// <exception cref="ShapeException">The rows differ in length.</exception>
    public static Tensor From(bool[][] rows) => From(Joined(rows), [rows.Length, LengthOf(rows)]);

    /// <summary>
    /// Creates a tensor from a <see cref="System.Numerics.Tensors.Tensor{T}"/>: over its memory if it is dense and the type is an element
    /// type, else from a copy.
    /// </summary>
    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="DTypeException">An integer is beyond the range of Int64.</exception>
    public static Tensor From<T>(System.Numerics.Tensors.Tensor<T> tensor)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Shape shape = SizesOf(tensor);
        return HostNumbers.IsElement<T>() ? FromSystem(tensor, shape) : From(Copied(tensor, shape), shape);
    }

    /// <summary>
    /// Creates a Bool tensor from a <see cref="System.Numerics.Tensors.Tensor{T}"/>: over its memory if it is dense, else from a copy.
    /// </summary>
    /// <param name="tensor">The tensor.</param>
    public static Tensor From(System.Numerics.Tensors.Tensor<bool> tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return FromSystem(tensor, SizesOf(tensor));
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

    /// <summary>Creates a tensor from a copy of elements, without conversion.</summary>
    internal static Tensor Copied<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        CheckCount(values.Length, shape);
        Storage<T> storage = Storage.Rent<T>(values.Length);
        values.CopyTo(storage.Memory.Span);
        return new Tensor(storage, shape);
    }

    /// <summary>Creates a tensor over memory that the caller owns.</summary>
    internal static Tensor WrapElements<T>(Memory<T> memory, Shape shape)
        where T : unmanaged
    {
        CheckCount(memory.Length, shape);
        return new Tensor(new Storage<T>(memory), shape);
    }

    static Tensor FromSystem<T>(System.Numerics.Tensors.Tensor<T> tensor, Shape shape)
        where T : unmanaged => shape.Count > 0 && tensor.IsDense
        ? WrapElements(new SystemTensorMemory<T>(tensor, shape.Count).Memory, shape)
        : Copied<T>(Copied(tensor, shape), shape);

    static T[] Copied<T>(System.Numerics.Tensors.Tensor<T> tensor, Shape shape)
    {
        T[] copy = new T[shape.Count];
        tensor.FlattenTo(copy);
        return copy;
    }

    static Shape SizesOf<T>(System.Numerics.Tensors.Tensor<T> tensor) =>
        [.. tensor.Lengths.ToArray().Select(static n => (int)Math.Min(n, int.MaxValue))];

    static Shape SizesOf(Array values) => [.. Enumerable.Range(0, values.Rank).Select(values.GetLength)];

    static ReadOnlySpan<T> Flat<T>(Array values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        ref byte first = ref MemoryMarshal.GetArrayDataReference(values);
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref first), values.Length);
    }

    static int LengthOf<T>(T[][] rows) => rows.Length == 0 ? 0 : rows[0].Length;

    static T[] Joined<T>(T[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] is null || rows[i].Length != rows[0].Length)
            {
                throw new ShapeException(
                    $"From: row {i} {(rows[i] is null ? "is null" : $"has {rows[i].Length} values, and row 0 has {rows[0].Length}")}. "
                    + "Rows must have the same length; pad or cut them.");
            }
        }

        return rows.SelectMany(static row => row).ToArray();
    }
}
