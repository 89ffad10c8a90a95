using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Converts the values to another type; returns this tensor if it has that type.</summary>
    /// <remarks>
    /// Integers are truncated towards 0, and any value but 0 is true. Between floating-point types gradients are converted back.
    /// </remarks>
    public Tensor To(DType dtype)
    {
        if (dtype == DType)
        {
            return this;
        }

        Tensor source = Contiguous();
        Tensor result = Empty(Shape, dtype);
        (DType == DType.Bool ? DType.UInt8 : DType).RunNumbers(new ConvertFrom(source, result));
        return dtype.IsFloat() ? Autograd.Record("to", result, [], DType, (this, static (g, back) => g.To(back))) : result;
    }

    /// <summary>Copies the tensor to new memory in row-major order. Gradients flow through the copy.</summary>
    public Tensor Clone()
    {
        Tensor copy = Empty(Shape, DType);
        CopyElements(this, copy);
        return Autograd.Record("clone", copy, [], default(ValueTuple), (this, static (g, _) => g));
    }

    /// <summary>Copies the elements in row-major order to a new array, converted to its type.</summary>
    /// <remarks>Floating-point types round; an integer type and bool must represent every value. Bool is read as 0 and 1.</remarks>
    /// <typeparam name="T">float, double, an integer type of up to 64 bits, Half, decimal or bool.</typeparam>
    /// <exception cref="DTypeException">The type is another one, or does not represent a value.</exception>
    public T[] ToArray<T>()
        where T : unmanaged => Storage is Storage<T>
        ? Contiguous().Memory<T>().ToArray()
        : HostNumbers.ToArray<T>(nameof(ToArray), Detach().Contiguous());

    /// <summary>Returns the elements in row-major order for reading, without a copy if the tensor is contiguous.</summary>
    /// <exception cref="DTypeException">The tensor has another element type; convert it with <see cref="To"/>.</exception>
    public ReadOnlySpan<T> AsReadOnlySpan<T>()
        where T : unmanaged => Contiguous().Memory<T>().Span;

    /// <summary>Returns the elements of a contiguous tensor for writing; this counts as a change in place.</summary>
    /// <exception cref="AutogradException">
    /// The tensor is part of a graph that is being recorded; use <see cref="Autograd.NoGrad"/>.
    /// </exception>
    /// <exception cref="DTypeException">The tensor has another element type.</exception>
    /// <exception cref="TensorException">The tensor is a view that is not contiguous.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        AboutToChange(nameof(AsSpan));
        return Memory<T>().Span;
    }

    /// <summary>Copies the tensor to a <see cref="System.Numerics.Tensors.Tensor{T}"/>.</summary>
    public System.Numerics.Tensors.Tensor<T> ToSystemTensor<T>()
        where T : unmanaged => System.Numerics.Tensors.Tensor.Create(ToArray<T>(), [.. Shape.Dims.ToArray().Select(n => (nint)n)]);

    /// <summary>Returns the value of a tensor with one element.</summary>
    /// <exception cref="ShapeException">The tensor does not have exactly one element.</exception>
    public double Item()
    {
        CheckOneElement();
        return DType == DType.Bool
            ? StridedMemory<bool>().Span[0] ? 1 : 0
            : DType.RunNumbers(new FirstElement(this)).Value;
    }

    /// <summary>Returns the value of a tensor with one element, converted: <c>loss.Item&lt;float&gt;()</c>.</summary>
    /// <remarks>Floating-point types round; an integer type and bool must represent the value. Bool is read as 0 and 1.</remarks>
    /// <typeparam name="T">float, double, an integer type of up to 64 bits, Half, decimal or bool.</typeparam>
    /// <exception cref="ShapeException">The tensor does not have exactly one element.</exception>
    /// <exception cref="DTypeException">The type is another one, or does not represent the value.</exception>
    public T Item<T>()
        where T : unmanaged
    {
        CheckOneElement();
        return Storage is Storage<T> ? StridedMemory<T>().Span[0] : HostNumbers.ToArray<T>(nameof(Item), Detach().Contiguous())[0];
    }

    /// <summary>Copies elements from one layout to another of the same shape and type.</summary>
    internal static void CopyElements(Tensor source, Tensor destination) =>
        source.DType.RunElements(new CopyStrided(source, destination));

    void CheckOneElement()
    {
        if (Count != 1)
        {
            throw new ShapeException($"Item: a tensor of shape {Shape} has {Count} values, not one. Index or reduce it first.");
        }
    }

    /// <summary>The elements of a contiguous tensor; those of Bool as bytes of 0 or 1.</summary>
    static ReadOnlySpan<T> NumbersOf<T>(Tensor x)
        where T : unmanaged =>
        x.DType == DType.Bool ? MemoryMarshal.Cast<bool, T>(x.Memory<bool>().Span) : x.Memory<T>().Span;

    readonly struct ConvertFrom(Tensor source, Tensor result) : INumberTask
    {
        public void Run<TFrom>()
            where TFrom : unmanaged, INumber<TFrom>
        {
            if (result.DType != DType.Bool)
            {
                result.DType.RunNumbers(new ConvertTo<TFrom>(source, result));
                return;
            }

            ReadOnlySpan<TFrom> numbers = NumbersOf<TFrom>(source);
            Span<bool> truths = result.Memory<bool>().Span;
            for (int i = 0; i < truths.Length; i++)
            {
                truths[i] = !TFrom.IsZero(numbers[i]);
            }
        }
    }

    readonly struct ConvertTo<TFrom>(Tensor source, Tensor result) : INumberTask
        where TFrom : unmanaged, INumber<TFrom>
    {
        public void Run<TTo>()
            where TTo : unmanaged, INumber<TTo> =>
            TensorPrimitives.ConvertTruncating(NumbersOf<TFrom>(source), result.Memory<TTo>().Span);
    }

    readonly struct CopyStrided(Tensor source, Tensor destination) : IElementTask
    {
        public void Run<T>()
            where T : unmanaged => StridedCopy.Run(
                source.Shape.Dims, source.StridedMemory<T>(), source.Strides, destination.StridedMemory<T>(), destination.Strides);
    }

    struct FirstElement(Tensor x) : INumberTask
    {
        public double Value { get; private set; }

        public void Run<T>()
            where T : unmanaged, INumber<T> => Value = double.CreateTruncating(x.StridedMemory<T>().Span[0]);
    }
}
