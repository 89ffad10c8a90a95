using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion;

// Changes in place are not recorded. They serve weights, running statistics and buffers.
public sealed partial class Tensor
{
    /// <summary>Overwrites the values with those of another tensor of the same shape, converted to this type.</summary>
    /// <exception cref="AutogradException">
    /// The tensor is part of a graph that is being recorded; use <see cref="Autograd.NoGrad"/>.
    /// </exception>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="TensorException">The tensor is a view stretched by <see cref="Expand"/>: its elements share memory.</exception>
    public void CopyFrom(Tensor other)
    {
        AboutToChange(nameof(CopyFrom));
        if (NotNull(other).Shape != Shape)
        {
            throw new ShapeException($"CopyFrom: {other.Shape} cannot be copied to {Shape}. Expand or reshape it first.");
        }

        CopyElements(other.Detach().Apart(Storage).To(DType), this);
    }

    /// <summary>Returns this tensor, or a copy if it is in the given memory, where a copy element by element might read what it wrote.</summary>
    Tensor Apart(Storage storage) => Storage == storage ? Clone() : this;

    /// <summary>Sets every element to <paramref name="value"/>.</summary>
    /// <exception cref="AutogradException">
    /// The tensor is part of a graph that is being recorded; use <see cref="Autograd.NoGrad"/>.
    /// </exception>
    /// <exception cref="DTypeException">The value is not an integer in the range of an integer type.</exception>
    /// <exception cref="TensorException">The tensor is a view stretched by <see cref="Expand"/>: its elements share memory.</exception>
    public void Fill(double value)
    {
        AboutToChange(nameof(Fill));
        FillWith(value);
    }

    /// <summary>Counts a change in place; throws where a graph that is being recorded would miss it.</summary>
    internal void AboutToChange(string operation)
    {
        if (Node is not null && Autograd.Enabled)
        {
            throw new AutogradException(
                $"{operation}: this tensor requires a gradient, and changes in place are not recorded. "
                + "Change it inside Autograd.NoGrad(), or compute a new tensor.");
        }

        if (RepeatsMemory)
        {
            throw new TensorException(
                $"{operation}: elements of this view of shape {Shape} share memory, as after Expand, so it cannot be changed in place. "
                + "Call .Clone() first.");
        }

        Storage.Version++;
    }

    /// <summary>Whether a dimension is stretched, so that several elements share memory.</summary>
    bool RepeatsMemory
    {
        get
        {
            for (int i = 0; _strides is not null && i < _strides.Length; i++)
            {
                if (_strides[i] == 0 && Shape[i] > 1)
                {
                    return true;
                }
            }

            return false;
        }
    }

    void FillWith(double value) => DType.RunElements(new FillElements(value, this));

    readonly struct FillElements(double value, Tensor target) : IElementTask
    {
        public void Run<T>()
            where T : unmanaged
        {
            T element = Element<T>();
            if (target.IsContiguous)
            {
                target.Memory<T>().Span.Fill(element);
            }
            else
            {
                StridedCopy.Run(target.Shape.Dims, new T[] { element }, new int[target.Rank], target.StridedMemory<T>(), target.Strides);
            }
        }

        T Element<T>()
            where T : unmanaged =>
            typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)value)
            : typeof(T) == typeof(double) ? Unsafe.BitCast<double, T>(value)
            : typeof(T) == typeof(long) ? Unsafe.BitCast<long, T>(ToInteger<long>(value))
            : typeof(T) == typeof(byte) ? Unsafe.BitCast<byte, T>(ToInteger<byte>(value))
            : Unsafe.BitCast<bool, T>(value != 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T ToInteger<T>(double value)
            where T : unmanaged, INumber<T>, IMinMaxValue<T> =>
            value == Math.Truncate(value) && value >= double.CreateTruncating(T.MinValue) && value < double.CreateTruncating(T.MaxValue) + 1
            ? T.CreateTruncating(value)
            : throw new DTypeException(FormattableString.Invariant(
                $"{value} is not an integer of type {DTypes.Of<T>()}. Use a floating-point tensor."));
    }
}
