using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Memory;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Creates a tensor with unspecified content, which must be written before it is read.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    public static Tensor Empty(Shape shape, DType dtype = DType.Float32) => new(Storage.Rent(dtype, shape.Count), shape);

    /// <summary>Creates a tensor of zeros.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Full(shape, 0, dtype);

    /// <summary>Creates a tensor of ones.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Full(shape, 1, dtype);

    /// <summary>Creates a tensor with the same value everywhere.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="value">The value.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <exception cref="DTypeException">The value is not an integer in the range of an integer type.</exception>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32)
    {
        Tensor tensor = Empty(shape, dtype);
        tensor.FillWith(value);
        return tensor;
    }

    /// <summary>Creates a scalar, of shape <c>[]</c>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <exception cref="DTypeException">The value is not an integer in the range of an integer type.</exception>
    public static Tensor Scalar(double value, DType dtype = DType.Float32) => Full([], value, dtype);

    /// <summary>Creates zeros of the shape and type of another tensor.</summary>
    public static Tensor ZerosLike(Tensor other) => Full(NotNull(other).Shape, 0, other.DType);

    /// <summary>Creates ones of the shape and type of another tensor.</summary>
    public static Tensor OnesLike(Tensor other) => Full(NotNull(other).Shape, 1, other.DType);

    /// <summary>Creates a tensor of the shape and type of another with the same value everywhere.</summary>
    public static Tensor FullLike(Tensor other, double value) => Full(NotNull(other).Shape, value, other.DType);

    /// <summary>Creates a tensor of the shape and type of another with unspecified content.</summary>
    public static Tensor EmptyLike(Tensor other) => Empty(NotNull(other).Shape, other.DType);

    /// <summary>Creates the vector <paramref name="start"/>, start + step, …, of the values before <paramref name="end"/>.</summary>
    /// <param name="start">The first value.</param>
    /// <param name="end">The end, excluded.</param>
    /// <param name="step">The difference of neighbours; may be negative. Default: 1.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <exception cref="ShapeException">The step is 0 or leads away from the end.</exception>
    public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Float32)
    {
        if (step == 0 || !((end - start) * step >= 0))
        {
            throw new ShapeException(
                $"Arange: a step of {step} does not lead from {start} to {end}. Use a step of the sign of end − start.");
        }

        return Generate((int)Math.Ceiling((end - start) / step), dtype, i => start + (i * step));
    }

    /// <summary>Creates the vector 0, 1, …, <paramref name="end"/> − 1, as Int64.</summary>
    public static Tensor Arange(long end) => Arange(0, end, 1, DType.Int64);

    /// <summary>Creates a vector of evenly spaced values.</summary>
    /// <param name="start">The first value.</param>
    /// <param name="end">The last value.</param>
    /// <param name="count">The number of values.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    public static Tensor Linspace(double start, double end, int count, DType dtype = DType.Float32)
    {
        // From both ends inwards, so that the last value is the end itself.
        double step = count > 1 ? (end - start) / (count - 1) : 0;
        return Generate(count, dtype, i => i < count / 2 || count == 1 ? start + (i * step) : end - ((count - 1 - i) * step));
    }

    /// <summary>Creates the identity matrix <c>[n, n]</c>.</summary>
    public static Tensor Eye(int n, DType dtype = DType.Float32)
    {
        Tensor eye = Zeros([n, n], dtype);
        new Tensor(eye.Storage, [n], 0, [n + 1]).FillWith(1);
        return eye;
    }

    /// <summary>Creates a tensor from a copy of values in row-major order.</summary>
    /// <param name="values">The values: float, double, long, byte or bool.</param>
    /// <param name="shape">The shape, with as many elements.</param>
    /// <exception cref="TensorException"><typeparamref name="T"/> is not an element type.</exception>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        CheckCount(values.Length, shape);
        Storage<T> storage = Storage.Rent<T>(values.Length);
        values.CopyTo(storage.Memory.Span);
        return new Tensor(storage, shape);
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape)"/>
    public static Tensor From<T>(T[] values, Shape shape)
        where T : unmanaged => From(new ReadOnlySpan<T>(values), shape);

    /// <summary>Creates a vector from a copy of values.</summary>
    public static Tensor From<T>(params ReadOnlySpan<T> values)
        where T : unmanaged => From(values, [values.Length]);

    /// <summary>Creates a matrix from a copy of a two-dimensional array.</summary>
    public static Tensor From<T>(T[,] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return FromArray<T>(values, [values.GetLength(0), values.GetLength(1)]);
    }

    /// <summary>Creates a tensor from a copy of a three-dimensional array.</summary>
    public static Tensor From<T>(T[,,] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return FromArray<T>(values, [values.GetLength(0), values.GetLength(1), values.GetLength(2)]);
    }

    /// <summary>Creates a tensor over memory that the caller owns, without a copy: a change of one is visible in the other.</summary>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    public static Tensor Wrap<T>(Memory<T> memory, Shape shape)
        where T : unmanaged
    {
        CheckCount(memory.Length, shape);
        return new Tensor(new Storage<T>(memory), shape);
    }

    /// <summary>
    /// Creates a tensor over a <see cref="System.Numerics.Tensors.Tensor{T}"/>: without a copy if it is dense, else with one.
    /// </summary>
    public static Tensor From<T>(System.Numerics.Tensors.Tensor<T> tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Shape shape = [.. tensor.Lengths.ToArray().Select(static n => (int)Math.Min(n, int.MaxValue))];
        if (shape.Count > 0 && tensor.IsDense)
        {
            return Wrap(new SystemTensorMemory<T>(tensor, shape.Count).Memory, shape);
        }

        T[] copy = new T[shape.Count];
        tensor.FlattenTo(copy);
        return From(copy, shape);
    }

    static Tensor FromArray<T>(Array values, Shape shape)
        where T : unmanaged
    {
        ref byte first = ref MemoryMarshal.GetArrayDataReference(values);
        return From(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref first), shape.Count), shape);
    }

    static Tensor Generate(int count, DType dtype, Func<int, double> value)
    {
        Tensor tensor = Empty([count], DType.Float64);
        Span<double> values = tensor.Memory<double>().Span;
        for (int i = 0; i < count; i++)
        {
            values[i] = value(i);
        }

        return tensor.To(dtype);
    }

    static void CheckCount(int count, Shape shape)
    {
        if (count != shape.Count)
        {
            throw new ShapeException(
                $"Tensor: {count} values do not fill the shape {shape}, which has {shape.Count} elements. "
                + "Pass as many values as elements.");
        }
    }

    static Tensor NotNull(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor;
    }
}
