using Criterion.Kernels;

namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>The same elements in row-major order under another shape; one size may be −1, to be worked out. A view where it can be.</summary>
    /// <exception cref="ShapeException">The shapes have different numbers of elements.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> sizes)
    {
        Shape shape = WorkOut(sizes);
        if (shape == Shape)
        {
            return this;
        }

        int[]? strides = IsContiguous ? null : StridesFor(shape);
        Tensor source = strides is null ? Contiguous() : this;
        return Autograd.Record(
            "reshape", source.View(shape, strides, source.Offset), [], Shape, (this, static (g, back) => g.Reshape(back)));
    }

    /// <summary>Dimensions <paramref name="start"/> to <paramref name="end"/>, both included, joined into one.</summary>
    public Tensor Flatten(int start = 0, int end = -1)
    {
        if (Rank == 0)
        {
            return Reshape(1);
        }

        int first = Shape.Dim(start);
        int last = Shape.Dim(end);
        return first <= last
            ? Reshape([.. Shape.Dims[..first], Shape.CountOf(first, last + 1), .. Shape.Dims[(last + 1)..]])
            : throw new ShapeException($"Flatten: dim {start} comes after dim {end} in {Shape}.");
    }

    /// <summary>Two dimensions exchanged; a view.</summary>
    public Tensor Transpose(int dim0 = -2, int dim1 = -1)
    {
        int[] order = [.. Enumerable.Range(0, Rank)];
        (int a, int b) = (Shape.Dim(dim0), Shape.Dim(dim1));
        (order[a], order[b]) = (order[b], order[a]);
        return Permute(order);
    }

    /// <summary>The dimensions in another order: dim i of the result is dim <c>order[i]</c> of this; a view.</summary>
    /// <exception cref="ShapeException">The order does not name every dimension once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        if (order.Length != Rank)
        {
            throw new ShapeException($"Permute: {order.Length} dims are named and {Shape} has {Rank}.");
        }

        int[] sizes = new int[Rank];
        int[] strides = new int[Rank];
        int[] back = new int[Rank];
        Array.Fill(back, -1);
        for (int i = 0; i < Rank; i++)
        {
            int from = Shape.Dim(order[i]);
            if (back[from] >= 0)
            {
                throw new ShapeException($"Permute: dim {from} is named twice in [{string.Join(", ", order.ToArray())}].");
            }

            (sizes[i], strides[i], back[from]) = (Shape[from], Strides[from], i);
        }

        return Autograd.Record("permute", View(sizes, strides, Offset), [], back, (this, static (g, back) => g.Permute(back)));
    }

    /// <summary>Dimensions of size 1 stretched, and new ones put in front, without a copy; −1 keeps a size.</summary>
    /// <exception cref="ShapeException">A size other than 1 would have to change.</exception>
    public Tensor Expand(params ReadOnlySpan<int> sizes)
    {
        if (sizes.SequenceEqual(Shape.Dims))
        {
            return this;
        }

        Shape.CheckRank(sizes.Length);
        int lead = sizes.Length - Rank;
        if (lead < 0)
        {
            throw new ShapeException($"Expand: {sizes.Length} sizes cannot hold {Shape}.");
        }

        Span<int> target = stackalloc int[sizes.Length];
        sizes.CopyTo(target);
        int[] strides = new int[target.Length];
        for (int i = lead; i < target.Length; i++)
        {
            int own = Shape[i - lead];
            target[i] = target[i] == -1 ? own : target[i];
            if (target[i] != own && own != 1)
            {
                throw new ShapeException($"Expand: {Shape} does not stretch to [{string.Join(", ", sizes.ToArray())}]: size {own} at dim {i - lead} is not 1.");
            }

            strides[i] = own == target[i] ? Strides[i - lead] : 0;
        }

        return target.SequenceEqual(Shape.Dims)
            ? this
            : Autograd.Record("expand", View(new Shape(target), strides, Offset), [], Shape, (this, static (g, back) => g.SumTo(back)));
    }

    /// <summary>A dimension of size 1 taken out.</summary>
    /// <exception cref="ShapeException">Its size is not 1.</exception>
    public Tensor Squeeze(int dim) => Shape[dim] == 1
        ? Reshape(Shape.Without(dim))
        : throw new ShapeException($"Squeeze: dim {dim} of {Shape} has size {Shape[dim]}, not 1.");

    /// <summary>All dimensions of size 1 taken out.</summary>
    public Tensor Squeeze() => Reshape([.. Shape.Where(static size => size != 1)]);

    /// <summary>A dimension of size 1 put in before <paramref name="dim"/>; −1 puts it last.</summary>
    public Tensor Unsqueeze(int dim)
    {
        int at = dim < 0 ? dim + Rank + 1 : dim;
        return at >= 0 && at <= Rank
            ? Reshape([.. Shape.Dims[..at], 1, .. Shape.Dims[at..]])
            : throw new ShapeException($"Unsqueeze: dim {dim} is out of range for {Shape}.");
    }

    /// <summary>Tensors joined along a dimension.</summary>
    /// <exception cref="ShapeException">There are none, or they differ along another dimension.</exception>
    public static Tensor Cat(ReadOnlySpan<Tensor> tensors, int dim = 0)
    {
        if (tensors.IsEmpty)
        {
            throw new ShapeException("Cat: there are no tensors to join.");
        }

        Tensor[] parts = tensors.ToArray();
        DType type = parts.Select(static t => t.DType).Aggregate(DTypes.Promote);
        Shape first = parts[0].Shape;
        int at = first.Dim(dim);
        foreach (Tensor part in parts)
        {
            if (part.Rank != first.Rank || part.Shape.With(at, 0) != first.With(at, 0))
            {
                throw new ShapeException($"Cat: {part.Shape} and {first} differ at another dim than {at}, along which they are joined.");
            }
        }

        long length = parts.Sum(t => (long)t.Shape[at]);
        if (length > Array.MaxLength)
        {
            throw new ShapeException($"Cat: the {parts.Length} tensors have {length} elements along dim {at}, more than one tensor can hold; the first is {first}.");
        }

        Tensor result = Empty(first.With(at, (int)length), type);
        var rules = new (Tensor?, Func<Tensor, int, Tensor>)[parts.Length];
        int start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            (int from, int size) = (start, parts[i].Shape[at]);
            Tensor part = parts[i].To(type);
            CopyElements(part, result.Detach().Narrow(at, from, size));
            rules[i] = (part, (g, at) => g.Narrow(at, from, size));
            start += size;
        }

        return Autograd.Record("cat", result, [], at, rules);
    }

    /// <summary>Tensors of one shape put side by side along a new dimension.</summary>
    public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int dim = 0)
    {
        Tensor[] rows = new Tensor[tensors.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = tensors[i].Unsqueeze(dim);
        }

        return Cat(rows, dim < 0 && rows.Length > 0 ? dim + rows[0].Rank : dim);
    }

    /// <summary>Pieces of the given sizes along a dimension; views.</summary>
    public Tensor[] Split(ReadOnlySpan<int> sizes, int dim = 0)
    {
        Tensor[] pieces = new Tensor[sizes.Length];
        int start = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = Narrow(dim, start, sizes[i]);
            start += sizes[i];
        }

        return start == Shape[dim]
            ? pieces
            : throw new ShapeException($"Split: the sizes add up to {start}, and dim {dim} of {Shape} has {Shape[dim]}.");
    }

    /// <summary>Pieces of one size along a dimension, the last one smaller where it does not go in; views.</summary>
    public Tensor[] Split(int size, int dim = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        int total = Shape[dim];
        int[] sizes = new int[Math.Max(1, (total + size - 1) / size)];
        Array.Fill(sizes, size);
        sizes[^1] = total - (size * (sizes.Length - 1));
        return Split(sizes, dim);
    }

    /// <summary>At most <paramref name="count"/> pieces of equal size along a dimension, the last one smaller where it does not go in.</summary>
    public Tensor[] Chunk(int count, int dim = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Split(Math.Max(1, (Shape[dim] + count - 1) / count), dim);
    }

    /// <summary><paramref name="length"/> elements from <paramref name="start"/> along a dimension; a view.</summary>
    /// <exception cref="ShapeException">They do not lie within the dimension.</exception>
    public Tensor Narrow(int dim, int start, int length) => Slice(dim, start, start + length);

    /// <summary>Elements <paramref name="start"/>, start + step, … before <paramref name="end"/> along a dimension; a view.</summary>
    /// <exception cref="ShapeException">They do not lie within the dimension, or the step is not positive.</exception>
    public Tensor Slice(int dim, int start, int end, int step = 1)
    {
        int at = Shape.Dim(dim);
        int size = Shape[at];
        if (start < 0 || end < start || end > size || step < 1)
        {
            throw new ShapeException($"Slice: {start}..{end} with step {step} does not lie within dim {at} of {Shape}, which has {size} elements.");
        }

        int count = end == start ? 0 : ((end - start - 1) / step) + 1;
        int[] strides = Strides.ToArray();
        Shape part = Shape.With(at, count);
        int offset = part.Count == 0 ? Offset : Offset + (start * strides[at]);
        strides[at] *= step;
        return Autograd.Record(
            "slice",
            View(part, strides, offset),
            [],
            (Shape, At: at, Start: start, End: end, Step: step),
            (this, static (g, of) => g.Unslice(of.Shape, of.At, of.Start, of.End, of.Step)));
    }

    /// <summary>The values of a 1-D tensor of positions, taken along a dimension.</summary>
    /// <param name="dim">The dimension.</param>
    /// <param name="index">Int64, 1-D, within [0, size).</param>
    public Tensor IndexSelect(int dim, Tensor index)
    {
        if (NotNull(index).Rank != 1)
        {
            throw new ShapeException($"IndexSelect: the index must be 1-D, and is {index.Shape}.");
        }

        int at = Shape.Dim(dim);
        return Indexing.Select(this, at, Selection.Of(Indexing.Positions("IndexSelect", index, Shape, at)));
    }

    /// <summary>Along <paramref name="dim"/>, the element at each position that <paramref name="index"/> names: y[i, j] = x[index[i, j], j] for dim 0.</summary>
    /// <exception cref="ShapeException">An index lies outside, or the shapes do not go together.</exception>
    public Tensor Gather(int dim, Tensor index)
    {
        int at = Shape.Dim(dim);
        return Autograd.Record(
            "gather",
            Indexing.Gather(this, at, NotNull(index)),
            [index],
            (Shape, At: at, Index: index),
            (this, static (g, of) => Zeros(of.Shape, g.DType).ScatterAdd(of.At, of.Index, g)));
    }

    /// <summary>This tensor with each element of <paramref name="source"/> added at the position that <paramref name="index"/> names along a dimension.</summary>
    /// <exception cref="ShapeException">An index lies outside, or the shapes do not go together.</exception>
    public Tensor ScatterAdd(int dim, Tensor index, Tensor source)
    {
        int at = Shape.Dim(dim);
        Tensor result = Indexing.ScatterAdd(this, at, NotNull(index), NotNull(source));
        return Autograd.Record(
            "scatter_add",
            result,
            [index],
            (At: at, Index: index),
            (this, static (g, _) => g),
            (source, static (g, of) => g.Gather(of.At, of.Index)));
    }

    /// <summary>This tensor with <paramref name="value"/> where the mask is true.</summary>
    public Tensor MaskedFill(Tensor mask, double value) => Where(mask, Scalar(value, DType), this);

    /// <summary>The order along the given dimensions turned round.</summary>
    public Tensor Flip(params ReadOnlySpan<int> dims)
    {
        Tensor result = this;
        foreach (int dim in dims)
        {
            result = result.IndexSelect(dim, Arange(Shape[dim] - 1, -1, -1, DType.Int64));
        }

        return result;
    }

    /// <summary>Elements moved on by <paramref name="shift"/> along a dimension; those that leave at one end come in at the other.</summary>
    public Tensor Roll(int shift, int dim)
    {
        int size = Shape[dim];
        int back = size == 0 ? 0 : ((-shift % size) + size) % size;
        return back == 0 ? this : Cat([Slice(dim, back, size), Slice(dim, 0, back)], Shape.Dim(dim));
    }

    /// <summary>Shape and strides of the elements that a slice left out are 0: the gradient of <see cref="Slice"/>.</summary>
    Tensor Unslice(Shape shape, int dim, int start, int end, int step)
    {
        Tensor result = Zeros(shape, DType);
        CopyElements(this, result.Slice(dim, start, end, step));
        return Autograd.Record(
            "unslice",
            result,
            [],
            (Dim: dim, Start: start, End: end, Step: step),
            (this, static (g, of) => g.Slice(of.Dim, of.Start, of.End, of.Step)));
    }

    /// <summary>The strides with which this memory reads as another shape; null where that takes a copy.</summary>
    int[]? StridesFor(Shape shape)
    {
        // From the last dim on, each run over which memory is stepped evenly must be filled by whole dims of the new shape.
        int[] strides = new int[shape.Rank];
        int next = shape.Rank - 1;
        int run = 1;
        for (int d = Rank - 1, step = Strides[d]; d >= 0; d--)
        {
            run *= Shape[d];
            if (d > 0 && (Shape[d - 1] == 1 || Strides[d - 1] == run * step))
            {
                continue;
            }

            int filled = 1;
            for (; next >= 0 && (filled < run || shape[next] == 1); next--)
            {
                strides[next] = filled * step;
                filled *= shape[next];
            }

            if (filled != run)
            {
                return null;
            }

            (run, step) = (1, d > 0 ? Strides[d - 1] : 0);
        }

        return strides;
    }

    Shape WorkOut(ReadOnlySpan<int> sizes)
    {
        Shape.CheckRank(sizes.Length);
        long known = 1;
        int open = -1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] == -1 && open < 0)
            {
                open = i;
            }
            else
            {
                known = Math.Clamp(known * sizes[i], -Array.MaxLength - 1L, Array.MaxLength + 1L);
            }
        }

        Span<int> result = stackalloc int[sizes.Length];
        sizes.CopyTo(result);
        if (open >= 0)
        {
            result[open] = known <= 0 ? 0 : (int)(Count / known);
        }

        Shape shape = new(result);
        return shape.Count == Count
            ? shape
            : throw new ShapeException($"Reshape: {Shape} has {Count} elements and does not fill [{string.Join(", ", sizes.ToArray())}].");
    }
}
