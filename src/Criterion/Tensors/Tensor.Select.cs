using System.Numerics;
using Criterion.Kernels;

namespace Criterion;

// Elements at positions that are data.
public sealed partial class Tensor
{
    /// <summary>Takes the slices at the given positions along a dimension.</summary>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <param name="index">The positions: Int64 <c>[n]</c>, values in [0, size).</param>
    /// <exception cref="ShapeException">The index is not 1-D, or a position is out of range.</exception>
    /// <exception cref="DTypeException">The index is not Int64.</exception>
    public Tensor IndexSelect(int dim, Tensor index)
    {
        if (NotNull(index).Rank != 1)
        {
            throw new ShapeException($"IndexSelect: the index must be 1-D, and is {index.Shape}. Flatten it first.");
        }

        int at = Shape.Dim(dim);
        return Select(at, Selection.Of(PositionsIn(nameof(IndexSelect), index, at)));
    }

    /// <summary>
    /// Takes, along <paramref name="dim"/>, the element at each position of <paramref name="index"/>: <c>y[i, j] = x[index[i, j], j]</c>
    /// for dim 0.
    /// </summary>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <param name="index">
    /// The positions: Int64, values in [0, size), of this tensor's rank; no longer than this tensor along the other dimensions.
    /// </param>
    /// <returns>A tensor of the index's shape.</returns>
    /// <exception cref="ShapeException">A position is out of range, or the shapes do not match.</exception>
    /// <exception cref="DTypeException">The index is not Int64.</exception>
    public Tensor Gather(int dim, Tensor index)
    {
        int at = Shape.Dim(dim);
        long[] positions = PositionsIn(nameof(Gather), NotNull(index), at);
        CheckIndexShape(nameof(Gather), index.Shape, at);
        Tensor result = Empty(index.Shape, DType);
        DType.RunElements(new GatherElements(Contiguous(), new(index.Shape, Shape, at), positions, result));
        return Autograd.Record(
            "gather",
            result,
            [index],
            (Shape, At: at, Index: index),
            (this, static (g, of) => Zeros(of.Shape, g.DType).ScatterAdd(of.At, of.Index, g)));
    }

    /// <summary>
    /// Returns this tensor with each element of <paramref name="source"/> added at the position that <paramref name="index"/> names along
    /// a dimension.
    /// </summary>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <param name="index">
    /// The positions: Int64, values in [0, size), of this tensor's rank; no longer than this tensor along the other dimensions.
    /// </param>
    /// <param name="source">The values to add, of the index's shape and this tensor's type.</param>
    /// <exception cref="ShapeException">A position is out of range, or the shapes do not match.</exception>
    /// <exception cref="DTypeException">The index is not Int64, or this tensor is UInt8 or Bool.</exception>
    public Tensor ScatterAdd(int dim, Tensor index, Tensor source)
    {
        int at = Shape.Dim(dim);
        long[] positions = PositionsIn(nameof(ScatterAdd), NotNull(index), at);
        CheckIndexShape(nameof(ScatterAdd), index.Shape, at);
        if (NotNull(source).Shape != index.Shape || source.DType != DType)
        {
            throw new ShapeException(
                $"ScatterAdd: the source {source.Shape} {source.DType} must have the index's shape {index.Shape} and the type {DType}. "
                + "Reshape or convert it.");
        }

        if (DType is DType.Bool or DType.UInt8)
        {
            throw new DTypeException($"ScatterAdd: {DType} cannot be accumulated. Convert with .To(DType.Int64).");
        }

        Tensor result = Detach().Clone();
        DType.RunNumbers(new AddElements(source.Contiguous(), new(index.Shape, Shape, at), positions, result));
        return Autograd.Record(
            "scatter_add",
            result,
            [index],
            (At: at, Index: index),
            (this, static (g, _) => g),
            (source, static (g, of) => g.Gather(of.At, of.Index)));
    }

    /// <summary>Returns this tensor with <paramref name="value"/> where the mask is true.</summary>
    /// <param name="mask">The mask, broadcast to this tensor; any value but 0 is true.</param>
    /// <param name="value">The value to fill in.</param>
    /// <exception cref="ShapeException">The mask cannot be broadcast.</exception>
    public Tensor MaskedFill(Tensor mask, double value)
    {
        _ = Shape.Broadcast(NotNull(mask).Shape, Shape, nameof(MaskedFill));
        return Where(mask, Scalar(value, DType), this);
    }

    /// <summary>Reverses the order of the elements along the given dimensions.</summary>
    public Tensor Flip(params ReadOnlySpan<int> dims)
    {
        Tensor result = this;
        foreach (int dim in dims)
        {
            result = result.IndexSelect(dim, Arange(Shape[dim] - 1, -1, -1, DType.Int64));
        }

        return result;
    }

    /// <summary>
    /// Shifts elements by <paramref name="shift"/> positions along a dimension; those shifted out at one end are inserted at the other.
    /// </summary>
    public Tensor Roll(int shift, int dim)
    {
        int size = Shape[dim];
        int back = size == 0 ? 0 : ((-shift % size) + size) % size;
        return back == 0 ? this : Cat([Slice(dim, back, size), Slice(dim, 0, back)], Shape.Dim(dim));
    }

    internal Tensor Select(int dim, Selection selection)
    {
        Tensor result = Empty(Shape.With(dim, selection.Count), DType);
        DType.RunElements(new SelectSlices(Contiguous(), dim, selection, result));
        return Autograd.Record(
            "index_select",
            result,
            [],
            (Shape, dim, selection),
            (this, static (g, of) => g.AddSelected(of.Shape, of.dim, of.selection)));
    }

    /// <summary>Adds each slice to zeros of <paramref name="shape"/> at its position: the gradient of Select.</summary>
    Tensor AddSelected(Shape shape, int dim, Selection selection)
    {
        Tensor result = Zeros(shape, DType);
        DType.RunFloats(new AddSlices(Contiguous(), dim, selection, result));
        return Autograd.Record("index_add", result, [], (dim, selection), (this, static (g, of) => g.Select(of.dim, of.selection)));
    }

    /// <summary>Reads positions along a dimension of this tensor.</summary>
    long[] PositionsIn(string operation, Tensor index, int dim)
    {
        if (index.DType != DType.Int64)
        {
            throw new DTypeException($"{operation}: the index must be Int64, and is {index.DType}. Convert it with .To(DType.Int64).");
        }

        long[] positions = index.ToArray<long>();
        int size = Shape[dim];
        int wrong = Array.FindIndex(positions, p => p < 0 || p >= size);
        return wrong < 0
            ? positions
            : throw new ShapeException(
                $"{operation}: index {positions[wrong]} at element {wrong} is out of range for dim {dim} of {Shape}. "
                + $"Positions are from 0 to {size - 1}.");
    }

    // The index may be shorter than the tensor along other dims, as in PyTorch, never longer.
    void CheckIndexShape(string operation, Shape index, int dim)
    {
        bool fits = index.Rank == Rank;
        for (int i = 0; fits && i < Rank; i++)
        {
            fits = i == dim || index[i] <= Shape[i];
        }

        if (!fits)
        {
            throw new ShapeException(
                $"{operation}: an index of shape {index} does not match {Shape} along dim {dim}. "
                + "It must have the same rank, and every other size must be at most as large.");
        }
    }

    readonly struct SelectSlices(Tensor x, int dim, Selection selection, Tensor result) : IElementTask
    {
        public void Run<T>()
            where T : unmanaged =>
            Indexing.Select(x.Memory<T>().Span, AxisLayout.Of(x.Shape, dim), selection, result.Memory<T>().Span);
    }

    readonly struct AddSlices(Tensor x, int dim, Selection selection, Tensor result) : IFloatTask
    {
        public void Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            Indexing.AddSelected(x.Memory<T>().Span, AxisLayout.Of(result.Shape, dim), selection, result.Memory<T>().Span);
    }

    readonly struct GatherElements(Tensor x, AxisIndex index, long[] positions, Tensor result) : IElementTask
    {
        public void Run<T>()
            where T : unmanaged => Indexing.Gather<T>(x.Memory<T>().Span, index, positions, result.Memory<T>().Span);
    }

    readonly struct AddElements(Tensor values, AxisIndex index, long[] positions, Tensor result) : INumberTask
    {
        public void Run<T>()
            where T : unmanaged, INumber<T> =>
            Indexing.ScatterAdd<T>(values.Memory<T>().Span, index, positions, result.Memory<T>().Span);
    }
}
