using System.Numerics;

namespace Criterion.Kernels;

/// <summary>Operations that go along a dimension one element after another: sorting, extremes' positions, running sums.</summary>
internal static class Ordering
{
    public static Tensor ArgExtreme(Tensor x, int dim, bool keepDim, bool largest)
    {
        if (x.Shape[dim] == 0)
        {
            throw new ShapeException($"{(largest ? "ArgMax" : "ArgMin")}: dim {dim} of {x.Shape} has no elements.");
        }

        Tensor first = ArgSort(x, dim, largest, only: 1);
        return keepDim ? first : first.Squeeze(dim);
    }

    public static Tensor ArgSort(Tensor x, int dim, bool descending) => ArgSort(x, dim, descending, x.Shape[dim]);

    public static Tensor CumSum(Tensor x, int dim) => x.DType switch
    {
        DType.Float32 => CumSum<float, double>(x, dim),
        DType.Float64 => CumSum<double, double>(x, dim),
        _ => CumSum<long, long>(x, dim),
    };

    static Tensor ArgSort(Tensor x, int dim, bool descending, int only) => x.DType switch
    {
        DType.Float32 => ArgSort<float>(x, dim, descending, only),
        DType.Float64 => ArgSort<double>(x, dim, descending, only),
        DType.Int64 => ArgSort<long>(x, dim, descending, only),
        _ => ArgSort<long>(x.To(DType.Int64), dim, descending, only),
    };

    static Tensor ArgSort<T>(Tensor x, int dim, bool descending, int only)
        where T : unmanaged, INumber<T>
    {
        Tensor order = Tensor.Empty(x.Shape.With(dim, only), DType.Int64);
        ReadOnlySpan<T> values = x.AsReadOnlySpan<T>();
        Span<long> result = order.Memory<long>().Span;
        (int outer, int length, int inner) = Layout(x.Shape, dim);
        T[] row = new T[length];
        int[] places = new int[length];
        for (int line = 0; line < outer * inner; line++)
        {
            (int o, int i) = Math.DivRem(line, inner);
            for (int k = 0; k < length; k++)
            {
                row[k] = values[(((o * length) + k) * inner) + i];
                places[k] = k;
            }

            if (only == 1 && length > 0)
            {
                places[0] = First(row, descending);
            }
            else
            {
                Array.Sort(places, (a, b) => Compare(row, a, b, descending));
            }

            for (int k = 0; k < only; k++)
            {
                result[(((o * only) + k) * inner) + i] = places[k];
            }
        }

        return order;
    }

    static int First<T>(T[] row, bool descending)
        where T : INumber<T>
    {
        int best = 0;
        for (int k = 1; k < row.Length; k++)
        {
            bool better = T.IsNaN(row[k]) ? !T.IsNaN(row[best]) : descending ? row[k] > row[best] : row[k] < row[best];
            best = better ? k : best;
        }

        return best;
    }

    // NaN is the largest; equal values stay in their order.
    static int Compare<T>(T[] row, int a, int b, bool descending)
        where T : INumber<T>
    {
        int order = T.IsNaN(row[a]) ? (T.IsNaN(row[b]) ? 0 : 1) : T.IsNaN(row[b]) ? -1 : row[a].CompareTo(row[b]);
        return order != 0 ? (descending ? -order : order) : a.CompareTo(b);
    }

    static Tensor CumSum<T, TSum>(Tensor x, int dim)
        where T : unmanaged, INumber<T>
        where TSum : INumber<TSum>
    {
        Tensor result = Tensor.Empty(x.Shape, x.DType);
        ReadOnlySpan<T> values = x.AsReadOnlySpan<T>();
        Span<T> sums = result.Memory<T>().Span;
        (int outer, int length, int inner) = Layout(x.Shape, dim);
        for (int line = 0; line < outer * inner; line++)
        {
            (int o, int i) = Math.DivRem(line, inner);
            TSum total = TSum.Zero;
            for (int k = 0; k < length; k++)
            {
                int at = (((o * length) + k) * inner) + i;
                total += TSum.CreateTruncating(values[at]);
                sums[at] = T.CreateTruncating(total);
            }
        }

        return result;
    }

    static (int Outer, int Length, int Inner) Layout(Shape shape, int dim) =>
        (shape.CountOf(0, dim), shape[dim], shape.CountOf(dim + 1, shape.Rank));
}
