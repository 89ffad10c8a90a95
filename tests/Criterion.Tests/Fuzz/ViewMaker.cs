using Criterion.Memory;

namespace Criterion.Tests.Fuzz;

/// <summary>Puts values into memory in one of several layouts.</summary>
static class ViewMaker
{
    const int Layouts = 7;

    public static Tensor Make(Tensor values, int layout) => (layout % Layouts) switch
    {
        0 => values,
        1 => Sliced(values, 1),
        2 => Sliced(values, 3),
        3 => Permuted(values, back: false),
        4 => Permuted(values, back: true),
        5 => Wrapped(values),
        _ => Sliced(Permuted(values, back: true), 2),
    };

    /// <summary>Every <paramref name="step"/>-th element along each dim of a larger tensor, which is NaN elsewhere.</summary>
    static Tensor Sliced(Tensor values, int step)
    {
        Shape larger = [.. values.Shape.Select(size => (size * step) + 2)];
        Tensor around = Tensor.Full(larger, values.DType.IsFloat() ? double.NaN : 1, values.DType);
        for (int dim = 0; dim < values.Rank; dim++)
        {
            around = around.Slice(dim, 1, 1 + (values.Shape[dim] * step), step);
        }

        around.CopyFrom(values);
        return around;
    }

    /// <summary>Dimensions in another order in memory.</summary>
    static Tensor Permuted(Tensor values, bool back)
    {
        int[] order = [.. Enumerable.Range(0, values.Rank).Select(i => back ? values.Rank - 1 - i : (i + 1) % values.Rank)];
        int[] inverse = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            inverse[order[i]] = i;
        }

        return values.Permute(order).Contiguous().Permute(inverse);
    }

    /// <summary>Memory of the caller.</summary>
    static Tensor Wrapped(Tensor values) => values.DType switch
    {
        DType.Float32 => Wrapped<float>(values),
        DType.Float64 => Wrapped<double>(values),
        DType.Int64 => Wrapped<long>(values),
        DType.UInt8 => Wrapped<byte>(values),
        _ => Wrapped<bool>(values),
    };

    static Tensor Wrapped<T>(Tensor values)
        where T : unmanaged
    {
        Memory<T> memory = RedZones.Current?.Rent<T>(values.Count) ?? new T[values.Count];
        values.AsReadOnlySpan<T>().CopyTo(memory.Span);
        return Tensor.WrapElements(memory, values.Shape);
    }
}
