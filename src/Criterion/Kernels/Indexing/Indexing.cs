using System.Numerics;
using System.Numerics.Tensors;

namespace Criterion.Kernels;

/// <summary>Reading and adding at positions that are data. Every operation sees its tensors as [outer, dim, inner].</summary>
internal static class Indexing
{
    /// <summary>The slices of x at some positions, and zeros of the other slices as the gradient.</summary>
    public static Tensor Select(Tensor x, int dim, Selection selection)
    {
        Tensor result = x.DType switch
        {
            DType.Float32 => Select<float>(x, dim, selection),
            DType.Float64 => Select<double>(x, dim, selection),
            DType.Int64 => Select<long>(x, dim, selection),
            DType.UInt8 => Select<byte>(x, dim, selection),
            _ => Select<bool>(x, dim, selection),
        };
        return Autograd.Record(
            "index_select", result, [], (x.Shape, dim, selection), (x, static (g, of) => AddSelected(g, of.Shape, of.dim, of.selection)));
    }

    /// <summary>Zeros of <paramref name="shape"/> with each slice of x added at its position: the gradient of Select.</summary>
    static Tensor AddSelected(Tensor x, Shape shape, int dim, Selection selection)
    {
        Tensor result = Tensor.Zeros(shape, x.DType);
        if (x.DType == DType.Float32)
        {
            AddSelected<float>(x, result, dim, selection);
        }
        else
        {
            AddSelected<double>(x, result, dim, selection);
        }

        return Autograd.Record("index_add", result, [], (dim, selection), (x, static (g, of) => Select(g, of.dim, of.selection)));
    }

    public static Tensor Gather(Tensor x, int dim, Tensor index)
    {
        long[] positions = Positions("Gather", index, x.Shape, dim);
        CheckLike("Gather", index.Shape, x.Shape, dim);
        return x.DType switch
        {
            DType.Float32 => Gather<float>(x, dim, index.Shape, positions),
            DType.Float64 => Gather<double>(x, dim, index.Shape, positions),
            DType.Int64 => Gather<long>(x, dim, index.Shape, positions),
            DType.UInt8 => Gather<byte>(x, dim, index.Shape, positions),
            _ => Gather<bool>(x, dim, index.Shape, positions),
        };
    }

    public static Tensor ScatterAdd(Tensor x, int dim, Tensor index, Tensor source)
    {
        long[] positions = Positions("ScatterAdd", index, x.Shape, dim);
        CheckLike("ScatterAdd", index.Shape, x.Shape, dim);
        if (source.Shape != index.Shape || source.DType != x.DType)
        {
            throw new ShapeException($"ScatterAdd: source {source.Shape} {source.DType} must match the index {index.Shape} and the type {x.DType}.");
        }

        Tensor result = x.Detach().Clone();
        switch (x.DType)
        {
            case DType.Float32:
                ScatterAdd<float>(result, dim, source, positions);
                break;
            case DType.Float64:
                ScatterAdd<double>(result, dim, source, positions);
                break;
            case DType.Int64:
                ScatterAdd<long>(result, dim, source, positions);
                break;
            default:
                throw new DTypeException($"ScatterAdd: {x.DType} cannot be added up; convert it with .To(DType.Int64).");
        }

        return result;
    }

    static Tensor Select<T>(Tensor x, int dim, Selection selection)
        where T : unmanaged
    {
        Tensor result = Tensor.Empty(x.Shape.With(dim, selection.Count), x.DType);
        ReadOnlySpan<T> source = x.AsReadOnlySpan<T>();
        Span<T> destination = result.Memory<T>().Span;
        (int outer, int size, int inner) = Around(x.Shape, dim);
        for (int o = 0; o < outer; o++)
        {
            ReadOnlySpan<T> all = source.Slice(o * size * inner, size * inner);
            Span<T> selected = destination.Slice(o * selection.Count * inner, selection.Count * inner);
            foreach (Selection.Run run in selection.Runs)
            {
                all.Slice(run.Position * inner, run.Length * inner).CopyTo(selected[(run.Index * inner)..]);
            }
        }

        return result;
    }

    static void AddSelected<T>(Tensor x, Tensor result, int dim, Selection selection)
        where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> source = x.AsReadOnlySpan<T>();
        Span<T> sums = result.Memory<T>().Span;
        (int outer, int size, int inner) = Around(result.Shape, dim);
        int count = selection.Count;
        for (int o = 0; o < outer; o++)
        {
            ReadOnlySpan<T> selected = source.Slice(o * count * inner, count * inner);
            Span<T> all = sums.Slice(o * size * inner, size * inner);
            foreach (Selection.Run run in selection.Runs)
            {
                Span<T> sum = all.Slice(run.Position * inner, run.Length * inner);
                TensorPrimitives.Add(sum, selected.Slice(run.Index * inner, sum.Length), sum);
            }
        }
    }

    static (int Outer, int Size, int Inner) Around(Shape shape, int dim) => (shape.CountOf(0, dim), shape[dim], shape.CountOf(dim + 1, shape.Rank));

    static Tensor Gather<T>(Tensor x, int dim, Shape shape, long[] positions)
        where T : unmanaged
    {
        Tensor result = Tensor.Empty(shape, x.DType);
        ReadOnlySpan<T> source = x.AsReadOnlySpan<T>();
        Span<T> destination = result.Memory<T>().Span;
        Walk walk = new(shape, x.Shape, dim);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = source[walk.Into(i, positions[i])];
        }

        return result;
    }

    static void ScatterAdd<T>(Tensor result, int dim, Tensor source, long[] positions)
        where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> values = source.AsReadOnlySpan<T>();
        Span<T> sums = result.Memory<T>().Span;
        Walk walk = new(source.Shape, result.Shape, dim);
        for (int i = 0; i < values.Length; i++)
        {
            sums[walk.Into(i, positions[i])] += values[i];
        }
    }

    public static long[] Positions(string operation, Tensor index, Shape shape, int dim)
    {
        if (index.DType != DType.Int64)
        {
            throw new DTypeException($"{operation}: the index holds {index.DType}; convert it with .To(DType.Int64).");
        }

        long[] positions = index.ToArray<long>();
        int size = shape[dim];
        int wrong = Array.FindIndex(positions, p => p < 0 || p >= size);
        return wrong < 0
            ? positions
            : throw new ShapeException($"{operation}: index {positions[wrong]} at element {wrong} is not within dim {dim} of {shape}, which has {size} elements.");
    }

    // The index may be shorter than the tensor along other dims, as in PyTorch, never longer.
    static void CheckLike(string operation, Shape index, Shape shape, int dim)
    {
        bool fits = index.Rank == shape.Rank;
        for (int i = 0; fits && i < shape.Rank; i++)
        {
            fits = i == dim || index[i] <= shape[i];
        }

        if (!fits)
        {
            throw new ShapeException($"{operation}: an index of shape {index} does not go with {shape} along dim {dim}: every other size must be at most as large.");
        }
    }

    /// <summary>Turns a place in one shape and a position along a dimension into a place in another shape.</summary>
    readonly struct Walk
    {
        readonly int[] _sizes;
        readonly int[] _strides;
        readonly int _dim;

        public Walk(Shape from, Shape into, int dim)
        {
            _sizes = from.Dims.ToArray();
            _strides = into.RowMajor.ToArray();
            _dim = dim;
        }

        public int Into(int element, long position)
        {
            int place = (int)position * _strides[_dim];
            for (int d = _sizes.Length - 1; d >= 0; d--)
            {
                (element, int i) = Math.DivRem(element, _sizes[d]);
                place += d == _dim ? 0 : i * _strides[d];
            }

            return place;
        }
    }
}

/// <summary>Positions along a dimension. Neighbours that are taken one after the other are one run: their slices lie side by side.</summary>
internal sealed class Selection
{
    Selection(int count, Run[] runs) => (Count, Runs) = (count, runs);

    public int Count { get; }

    public Run[] Runs { get; }

    public static Selection Of(ReadOnlySpan<long> positions)
    {
        Run[] runs = new Run[CountRuns(positions)];
        for (int run = 0, i = 0; run < runs.Length; run++)
        {
            int length = LengthOfRun(positions[i..]);
            runs[run] = new Run(i, (int)positions[i], length);
            i += length;
        }

        return new Selection(positions.Length, runs);
    }

    static int CountRuns(ReadOnlySpan<long> positions)
    {
        int runs = 0;
        for (int i = 0; i < positions.Length; i += LengthOfRun(positions[i..]))
        {
            runs++;
        }

        return runs;
    }

    static int LengthOfRun(ReadOnlySpan<long> positions)
    {
        int length = 1;
        while (length < positions.Length && positions[length] == positions[0] + length)
        {
            length++;
        }

        return length;
    }

    /// <summary>The slices from <paramref name="Position"/> on, taken as those from <paramref name="Index"/> on.</summary>
    public readonly record struct Run(int Index, int Position, int Length);
}
