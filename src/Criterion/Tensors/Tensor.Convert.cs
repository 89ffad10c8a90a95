using System.Numerics;
using System.Runtime.InteropServices;
using Criterion.Kernels;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>The values in another type: fractions are cut off towards 0, anything but 0 is true. Gradients pass between floats.</summary>
    public Tensor To(DType dtype)
    {
        if (dtype == DType)
        {
            return this;
        }

        Tensor source = Contiguous();
        Tensor result = Empty(Shape, dtype);
        switch (DType)
        {
            case DType.Float32:
                Convert<float>(source, result);
                break;
            case DType.Float64:
                Convert<double>(source, result);
                break;
            case DType.Int64:
                Convert<long>(source, result);
                break;
            case DType.UInt8:
                Convert<byte>(source, result);
                break;
            default:
                Convert(MemoryMarshal.AsBytes(source.Memory<bool>().Span), result);
                break;
        }

        return dtype.IsFloat() ? Autograd.Record("to", result, [], DType, (this, static (g, back) => g.To(back))) : result;
    }

    /// <summary>A copy in row-major order; gradients pass.</summary>
    public Tensor Clone()
    {
        Tensor copy = Empty(Shape, DType);
        CopyElements(this, copy);
        return Autograd.Record("clone", copy, [], default(ValueTuple), (this, static (g, _) => g));
    }

    /// <summary>The elements in row-major order, as a new array.</summary>
    /// <exception cref="DTypeException">The tensor holds another type; convert it with <see cref="To"/>.</exception>
    public T[] ToArray<T>()
        where T : unmanaged => Contiguous().Memory<T>().ToArray();

    /// <summary>The elements in row-major order, for reading: without a copy when the tensor is contiguous.</summary>
    public ReadOnlySpan<T> AsReadOnlySpan<T>()
        where T : unmanaged => Contiguous().Memory<T>().Span;

    /// <summary>The elements of a contiguous tensor, for writing: this counts as a change in place.</summary>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        AboutToChange(nameof(AsSpan));
        return Memory<T>().Span;
    }

    /// <summary>A copy as a <see cref="System.Numerics.Tensors.Tensor{T}"/>.</summary>
    public System.Numerics.Tensors.Tensor<T> ToSystemTensor<T>()
        where T : unmanaged => System.Numerics.Tensors.Tensor.Create(ToArray<T>(), [.. Shape.Dims.ToArray().Select(n => (nint)n)]);

    /// <summary>The value of a tensor with one element.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public double Item()
    {
        if (Count != 1)
        {
            throw new ShapeException($"Item: a tensor of shape {Shape} has {Count} values, not one; index it or reduce it first.");
        }

        return DType switch
        {
            DType.Float32 => StridedMemory<float>().Span[0],
            DType.Float64 => StridedMemory<double>().Span[0],
            DType.Int64 => StridedMemory<long>().Span[0],
            DType.UInt8 => StridedMemory<byte>().Span[0],
            _ => StridedMemory<bool>().Span[0] ? 1 : 0,
        };
    }

    /// <summary>Copies elements from one layout to another of the same shape and type.</summary>
    internal static void CopyElements(Tensor source, Tensor destination)
    {
        switch (source.DType)
        {
            case DType.Float32:
                Copy<float>(source, destination);
                break;
            case DType.Float64:
                Copy<double>(source, destination);
                break;
            case DType.Int64:
                Copy<long>(source, destination);
                break;
            case DType.UInt8:
                Copy<byte>(source, destination);
                break;
            default:
                Copy<bool>(source, destination);
                break;
        }
    }

    static void Copy<T>(Tensor source, Tensor destination)
        where T : unmanaged =>
        StridedCopy.Run(source.Shape.Dims, source.StridedMemory<T>(), source.Strides, destination.StridedMemory<T>(), destination.Strides);

    static void Convert<TFrom>(Tensor source, Tensor result)
        where TFrom : unmanaged, INumber<TFrom> => Convert(source.Memory<TFrom>().Span, result);

    static void Convert<TFrom>(ReadOnlySpan<TFrom> source, Tensor result)
        where TFrom : unmanaged, INumber<TFrom>
    {
        switch (result.DType)
        {
            case DType.Float32:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(source, result.Memory<float>().Span);
                break;
            case DType.Float64:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(source, result.Memory<double>().Span);
                break;
            case DType.Int64:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(source, result.Memory<long>().Span);
                break;
            case DType.UInt8:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(source, result.Memory<byte>().Span);
                break;
            default:
                Span<bool> truths = result.Memory<bool>().Span;
                for (int i = 0; i < truths.Length; i++)
                {
                    truths[i] = !TFrom.IsZero(source[i]);
                }

                break;
        }
    }
}
