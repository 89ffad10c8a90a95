using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Kernels;

namespace Criterion;

// Changes in place are not recorded: they are for weights, running statistics and buffers.
public sealed partial class Tensor
{
    /// <summary>Replaces the values by those of another tensor of the same shape, converted to this type.</summary>
    /// <exception cref="AutogradException">This tensor takes part in a graph that is being recorded; use <see cref="Autograd.NoGrad"/>.</exception>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="TensorException">This is a view that <see cref="Expand"/> stretched: its elements share memory.</exception>
    public void CopyFrom(Tensor other)
    {
        AboutToChange(nameof(CopyFrom));
        if (NotNull(other).Shape != Shape)
        {
            throw new ShapeException($"CopyFrom: {other.Shape} does not fit {Shape}; expand or reshape it first.");
        }

        CopyElements(other.To(DType), this);
    }

    /// <summary>Sets every element to <paramref name="value"/>.</summary>
    /// <exception cref="AutogradException">This tensor takes part in a graph that is being recorded; use <see cref="Autograd.NoGrad"/>.</exception>
    /// <exception cref="TensorException">This is a view that <see cref="Expand"/> stretched: its elements share memory.</exception>
    public void Fill(double value)
    {
        AboutToChange(nameof(Fill));
        FillWith(value);
    }

    /// <summary>Says that the values will change: refused where a recorded graph would not learn of it.</summary>
    internal void AboutToChange(string operation)
    {
        if (Node is not null && Autograd.Enabled)
        {
            throw new AutogradException(
                $"{operation}: this tensor requires a gradient, and changes in place are not recorded. Do it inside Autograd.NoGrad(), or compute a new tensor.");
        }

        if (RepeatsMemory)
        {
            throw new TensorException(
                $"{operation}: this view of shape {Shape} shows the same memory several times, as Expand makes it, and cannot be changed in place; call .Clone() first.");
        }

        Storage.Version++;
    }

    /// <summary>Whether a dimension is stretched, so that what is written to one element is seen in others.</summary>
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

    void FillWith(double value)
    {
        switch (DType)
        {
            case DType.Float32:
                Fill((float)value);
                break;
            case DType.Float64:
                Fill(value, this);
                break;
            case DType.Int64:
                Fill(ToInteger<long>(value));
                break;
            case DType.UInt8:
                Fill(ToInteger<byte>(value));
                break;
            default:
                Fill(value != 0);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T ToInteger<T>(double value)
        where T : INumber<T>, IMinMaxValue<T> =>
        value == Math.Truncate(value) && value >= double.CreateTruncating(T.MinValue) && value < double.CreateTruncating(T.MaxValue) + 1
        ? T.CreateTruncating(value)
        : throw new DTypeException(FormattableString.Invariant($"{value} is no integer of type {typeof(T).Name}; use a floating-point tensor."));

    void Fill<T>(T value)
        where T : unmanaged => Fill(value, this);

    static void Fill<T>(T value, Tensor target)
        where T : unmanaged
    {
        if (target.IsContiguous)
        {
            target.Memory<T>().Span.Fill(value);
        }
        else
        {
            Kernels.StridedCopy.Run(target.Shape.Dims, new T[] { value }, new int[target.Rank], target.StridedMemory<T>(), target.Strides);
        }
    }
}
