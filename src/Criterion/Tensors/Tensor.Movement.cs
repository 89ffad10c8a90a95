namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Returns the same elements in row-major order in another shape; a view where the memory layout allows it.</summary>
    /// <param name="sizes">The sizes; one may be −1, to be computed from the others.</param>
    /// <exception cref="ShapeException">The numbers of elements differ.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> sizes)
    {
        Shape shape = Complete(sizes);
        if (shape == Shape)
        {
            return this;
        }

        int[]? strides = IsContiguous ? null : StridesFor(shape);
        Tensor source = strides is null ? Contiguous() : this;
        return Autograd.Record(
            "reshape", source.View(shape, strides, source.Offset), [], Shape, (this, static (g, back) => g.Reshape(back)));
    }

    /// <summary>Joins dimensions to one.</summary>
    /// <param name="start">The first dimension. Default: 0.</param>
    /// <param name="end">The last dimension, included. Default: the last.</param>
    /// <exception cref="ShapeException"><paramref name="start"/> comes after <paramref name="end"/>.</exception>
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
            : throw new ShapeException($"Flatten: dim {start} comes after dim {end} in {Shape}. Exchange the two.");
    }

    /// <summary>Exchanges the last two dimensions; a view.</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two dimensions.</exception>
    public Tensor Transpose() => Transpose(-2, -1);

    /// <summary>Exchanges two dimensions; a view.</summary>
    /// <param name="dim0">The first of the two; negative dims count from the end.</param>
    /// <param name="dim1">The second of the two; negative dims count from the end.</param>
    /// <exception cref="ShapeException">A dimension does not exist.</exception>
    public Tensor Transpose(int dim0, int dim1)
    {
        int[] order = [.. Enumerable.Range(0, Rank)];
        (int a, int b) = (Shape.Dim(dim0), Shape.Dim(dim1));
        (order[a], order[b]) = (order[b], order[a]);
        return Permute(order);
    }

    /// <summary>Reorders the dimensions: dim i of the result is dim <c>order[i]</c> of this tensor; a view.</summary>
    /// <exception cref="ShapeException">The order does not name every dimension once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        if (order.Length != Rank)
        {
            throw new ShapeException($"Permute: {order.Length} dims are given, and {Shape} has {Rank}. Name each dim once.");
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
                throw new ShapeException(
                    $"Permute: dim {from} is named twice in [{string.Join(", ", order.ToArray())}]. Name each dim once.");
            }

            (sizes[i], strides[i], back[from]) = (Shape[from], Strides[from], i);
        }

        return Autograd.Record("permute", View(sizes, strides, Offset), [], back, (this, static (g, back) => g.Permute(back)));
    }

    /// <summary>Stretches dimensions of size 1, and adds new ones in front, without a copy.</summary>
    /// <param name="sizes">The sizes; −1 keeps a size.</param>
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
            throw new ShapeException($"Expand: {sizes.Length} sizes are given, and {Shape} has {Rank} dims. Give a size for each dim.");
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
                throw new ShapeException(
                    $"Expand: {Shape} cannot be stretched to [{string.Join(", ", sizes.ToArray())}]: "
                    + $"size {own} at dim {i - lead} is not 1. Only dims of size 1 can be stretched.");
            }

            strides[i] = own == target[i] ? Strides[i - lead] : 0;
        }

        return target.SequenceEqual(Shape.Dims)
            ? this
            : Autograd.Record("expand", View(new Shape(target), strides, Offset), [], Shape, (this, static (g, back) => g.SumTo(back)));
    }

    /// <summary>Removes a dimension of size 1.</summary>
    /// <exception cref="ShapeException">Its size is not 1.</exception>
    public Tensor Squeeze(int dim) => Shape[dim] == 1
        ? Reshape(Shape.Without(dim))
        : throw new ShapeException($"Squeeze: dim {dim} of {Shape} has size {Shape[dim]}, not 1. Index or reduce it instead.");

    /// <summary>Removes all dimensions of size 1.</summary>
    public Tensor Squeeze() => Reshape([.. Shape.Where(static size => size != 1)]);

    /// <summary>Inserts a dimension of size 1 before <paramref name="dim"/>; −1 appends it.</summary>
    public Tensor Unsqueeze(int dim)
    {
        int at = dim < 0 ? dim + Rank + 1 : dim;
        return at >= 0 && at <= Rank
            ? Reshape([.. Shape.Dims[..at], 1, .. Shape.Dims[at..]])
            : throw new ShapeException($"Unsqueeze: dim {dim} is out of range for {Shape}. It must be within {-Rank - 1} and {Rank}.");
    }

    /// <summary>Returns <paramref name="length"/> elements from <paramref name="start"/> on along a dimension; a view.</summary>
    /// <exception cref="ShapeException">They are not within the dimension.</exception>
    public Tensor Narrow(int dim, int start, int length) => Slice(nameof(Narrow), dim, start, start + length, 1);

    /// <summary>
    /// Returns elements <paramref name="start"/>, start + step, … before <paramref name="end"/> along a dimension; a view.
    /// </summary>
    /// <exception cref="ShapeException">They are not within the dimension, or the step is not positive.</exception>
    public Tensor Slice(int dim, int start, int end, int step = 1) => Slice(nameof(Slice), dim, start, end, step);

    Tensor Slice(string operation, int dim, int start, int end, int step)
    {
        int at = Shape.Dim(dim);
        int size = Shape[at];
        if (start < 0 || end < start || end > size || step < 1)
        {
            throw new ShapeException(
                $"{operation}: {start}..{end} with step {step} is not within dim {at} of {Shape}, which has {size} elements. "
                + "Use 0 ≤ start ≤ end ≤ size and a positive step.");
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

    /// <summary>Copies a slice to its positions in a tensor of zeros: the gradient of a slice.</summary>
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

    /// <summary>Returns the strides with which this memory has another shape; null if a copy is required.</summary>
    int[]? StridesFor(Shape shape)
    {
        // From the last dim on, each run of dims with even steps in memory must be filled by whole dims of the new shape.
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

    Shape Complete(ReadOnlySpan<int> sizes)
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
            : throw new ShapeException(
                $"Reshape: {Shape} has {Count} elements and cannot be reshaped to [{string.Join(", ", sizes.ToArray())}]. "
                + "The numbers of elements must be equal.");
    }
}
