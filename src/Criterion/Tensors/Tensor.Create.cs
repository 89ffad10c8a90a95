using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Creates a tensor with unspecified content, which must be written before it is read.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    public static Tensor Empty(Shape shape, DType dtype = DType.Float32) => new(Storage.Rent(dtype, shape.Count), shape);

    /// <summary>Creates a Float32 tensor with unspecified content: <c>Empty(2, 3)</c>.</summary>
    /// <param name="sizes">The sizes along the dimensions.</param>
    [OverloadResolutionPriority(-1)]
    public static Tensor Empty(params ReadOnlySpan<int> sizes) => Empty(new Shape(sizes));

    /// <summary>Creates a tensor of zeros.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    /// <exception cref="DTypeException">A gradient is required of a type that is not floating-point.</exception>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32, bool requiresGrad = false) => Full(shape, 0, dtype, requiresGrad);

    /// <summary>Creates a Float32 tensor of zeros: <c>Zeros(2, 3)</c>.</summary>
    /// <param name="sizes">The sizes along the dimensions; none for a scalar.</param>
    [OverloadResolutionPriority(-1)]
    public static Tensor Zeros(params ReadOnlySpan<int> sizes) => Zeros(new Shape(sizes));

    /// <summary>Creates a tensor of ones.</summary>
    /// <inheritdoc cref="Zeros(Shape, DType, bool)"/>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32, bool requiresGrad = false) => Full(shape, 1, dtype, requiresGrad);

    /// <summary>Creates a Float32 tensor of ones: <c>Ones(2, 3)</c>.</summary>
    /// <param name="sizes">The sizes along the dimensions; none for a scalar.</param>
    [OverloadResolutionPriority(-1)]
    public static Tensor Ones(params ReadOnlySpan<int> sizes) => Ones(new Shape(sizes));

    /// <summary>Creates a tensor with the same value everywhere.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="value">The value.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    /// <exception cref="DTypeException">
    /// The value is not an integer in the range of an integer type, or a gradient is required of such a type.
    /// </exception>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32, bool requiresGrad = false)
    {
        Tensor tensor = Empty(shape, dtype);
        tensor.FillWith(value);
        return tensor.Learning(requiresGrad);
    }

    /// <summary>Creates a scalar, of shape <c>[]</c>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <param name="requiresGrad">Whether operations on the tensor are recorded for gradients. Default: false.</param>
    /// <exception cref="DTypeException">
    /// The value is not an integer in the range of an integer type, or a gradient is required of such a type.
    /// </exception>
    public static Tensor Scalar(double value, DType dtype = DType.Float32, bool requiresGrad = false) =>
        Full([], value, dtype, requiresGrad);

    /// <summary>
    /// Converts a number to a scalar, for <c>x[0, 1] = 5.0</c> and operations of two tensors such as <see cref="Maximum"/>. It takes the
    /// type of the tensor that it meets, as a number does in arithmetic; by itself it is Float64.
    /// </summary>
    public static implicit operator Tensor(double value) => new(new Storage<double>(new[] { value }) { IsNumber = true }, []);

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

    Tensor Learning(bool requiresGrad)
    {
        if (requiresGrad)
        {
            RequiresGrad = true;
        }

        return this;
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
