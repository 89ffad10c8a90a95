using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Memory;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>A tensor with unspecified content, to be written at once.</summary>
    public static Tensor Empty(Shape shape, DType dtype = DType.Float32) => new(Storage.Rent(dtype, shape.Count), shape);

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Full(shape, 0, dtype);

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Full(shape, 1, dtype);

    /// <summary>A tensor with the same value everywhere.</summary>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32)
    {
        Tensor tensor = Empty(shape, dtype);
        tensor.FillWith(value);
        return tensor;
    }

    /// <summary>A scalar, of shape <c>[]</c>.</summary>
    public static Tensor Scalar(double value, DType dtype = DType.Float32) => Full([], value, dtype);

    /// <summary>Zeros of the shape and type of another tensor.</summary>
    public static Tensor ZerosLike(Tensor other) => Full(NotNull(other).Shape, 0, other.DType);

    /// <summary>Ones of the shape and type of another tensor.</summary>
    public static Tensor OnesLike(Tensor other) => Full(NotNull(other).Shape, 1, other.DType);

    /// <summary>One value in the shape and type of another tensor.</summary>
    public static Tensor FullLike(Tensor other, double value) => Full(NotNull(other).Shape, value, other.DType);

    /// <summary>An uninitialised tensor of the shape and type of another.</summary>
    public static Tensor EmptyLike(Tensor other) => Empty(NotNull(other).Shape, other.DType);

    /// <summary><paramref name="start"/>, start + step, … up to, not including, <paramref name="end"/>.</summary>
    /// <exception cref="ShapeException">The step is 0 or leads away from the end.</exception>
    public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Float32)
    {
        if (step == 0 || !((end - start) * step >= 0))
        {
            throw new ShapeException($"Arange: a step of {step} does not lead from {start} to {end}.");
        }

        return Generate((int)Math.Ceiling((end - start) / step), dtype, i => start + (i * step));
    }

    /// <summary>0, 1, … up to, not including, <paramref name="end"/>, as integers.</summary>
    public static Tensor Arange(long end) => Arange(0, end, 1, DType.Int64);

    /// <summary><paramref name="count"/> values evenly spaced from <paramref name="start"/> to <paramref name="end"/>, both included.</summary>
    public static Tensor Linspace(double start, double end, int count, DType dtype = DType.Float32)
    {
        // From both ends inwards, so that the last value is the end itself.
        double step = count > 1 ? (end - start) / (count - 1) : 0;
        return Generate(count, dtype, i => i < count / 2 || count == 1 ? start + (i * step) : end - ((count - 1 - i) * step));
    }

    /// <summary>The identity matrix, [n, n].</summary>
    public static Tensor Eye(int n, DType dtype = DType.Float32)
    {
        Tensor eye = Zeros([n, n], dtype);
        new Tensor(eye.Storage, [n], 0, [n + 1]).FillWith(1);
        return eye;
    }

    /// <summary>A copy of <paramref name="values"/> in row-major order.</summary>
    /// <exception cref="ShapeException">There are not as many values as the shape has elements.</exception>
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

    /// <summary>A vector with a copy of <paramref name="values"/>.</summary>
    public static Tensor From<T>(params ReadOnlySpan<T> values)
        where T : unmanaged => From(values, [values.Length]);

    /// <summary>A matrix with a copy of a two-dimensional array.</summary>
    public static Tensor From<T>(T[,] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return FromArray<T>(values, [values.GetLength(0), values.GetLength(1)]);
    }

    /// <summary>A copy of a three-dimensional array.</summary>
    public static Tensor From<T>(T[,,] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return FromArray<T>(values, [values.GetLength(0), values.GetLength(1), values.GetLength(2)]);
    }

    /// <summary>A tensor over memory that the caller owns, without a copy: a change of either is seen in both.</summary>
    /// <exception cref="ShapeException">There are not as many values as the shape has elements.</exception>
    public static Tensor Wrap<T>(Memory<T> memory, Shape shape)
        where T : unmanaged
    {
        CheckCount(memory.Length, shape);
        return new Tensor(new Storage<T>(memory), shape);
    }

    /// <summary>A tensor over a <see cref="System.Numerics.Tensors.Tensor{T}"/>: without a copy when it is dense, else with one.</summary>
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
            throw new ShapeException($"{count} values do not fill a tensor of shape {shape}, which has {shape.Count} elements.");
        }
    }

    static Tensor NotNull(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor;
    }
}
