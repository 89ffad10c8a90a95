namespace Criterion;

public sealed partial class Tensor
{
    /// <summary>Concatenates tensors along a dimension, in their common type.</summary>
    /// <param name="tensors">The tensors; at least one, of equal sizes along the other dimensions.</param>
    /// <param name="dim">The dimension; negative dims count from the end. Default: 0.</param>
    /// <exception cref="ShapeException">There are no tensors, they differ along another dimension, or the result is too large.</exception>
    public static Tensor Cat(ReadOnlySpan<Tensor> tensors, int dim = 0)
    {
        if (tensors.IsEmpty)
        {
            throw new ShapeException("Cat: there are no tensors to join. Pass at least one.");
        }

        Tensor[] parts = tensors.ToArray();
        DType type = parts.Select(static t => t.DType).Aggregate(DTypes.Promote);
        Shape first = parts[0].Shape;
        int at = first.Dim(dim);
        foreach (Tensor part in parts)
        {
            if (part.Rank != first.Rank || part.Shape.With(at, 0) != first.With(at, 0))
            {
                throw new ShapeException(
                    $"Cat: {part.Shape} and {first} differ at a dim other than {at}, along which they are joined. "
                    + "Reshape or expand one of them.");
            }
        }

        long length = parts.Sum(t => (long)t.Shape[at]);
        if (length > Array.MaxLength)
        {
            throw new ShapeException(
                $"Cat: the {parts.Length} tensors have {length} elements along dim {at}, more than one tensor can hold. "
                + $"Join fewer of them; the first is {first}.");
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

    /// <summary>Joins tensors of one shape along a new dimension.</summary>
    /// <param name="tensors">The tensors; at least one, of the same shape.</param>
    /// <param name="dim">The position of the new dimension; −1 for the last. Default: 0.</param>
    /// <exception cref="ShapeException">There are no tensors, or their shapes differ.</exception>
    public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int dim = 0)
    {
        if (tensors.IsEmpty)
        {
            throw new ShapeException("Stack: there are no tensors to join. Pass at least one.");
        }

        Tensor[] rows = new Tensor[tensors.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = tensors[i].Shape == tensors[0].Shape
                ? tensors[i].Unsqueeze(dim)
                : throw new ShapeException(
                    $"Stack: {tensors[i].Shape} and {tensors[0].Shape} differ. Tensors must have the same shape; expand or reshape them.");
        }

        return Cat(rows, dim < 0 ? dim + rows[0].Rank : dim);
    }

    /// <summary>Splits the tensor into views of the given sizes along a dimension.</summary>
    /// <param name="sizes">The sizes; their sum is that of the dimension.</param>
    /// <param name="dim">The dimension; negative dims count from the end. Default: 0.</param>
    /// <exception cref="ShapeException">The sizes do not add up to that of the dimension.</exception>
    public Tensor[] Split(ReadOnlySpan<int> sizes, int dim = 0)
    {
        long sum = 0;
        foreach (int size in sizes)
        {
            sum = size >= 0 ? sum + size : throw new ShapeException($"Split: the size {size} is negative. Sizes must be 0 or more.");
        }

        if (sum != Shape[dim])
        {
            throw new ShapeException(
                $"Split: the sizes add up to {sum}, and dim {dim} of {Shape} has {Shape[dim]} elements. They must be equal.");
        }

        Tensor[] pieces = new Tensor[sizes.Length];
        int start = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = Narrow(dim, start, sizes[i]);
            start += sizes[i];
        }

        return pieces;
    }

    /// <summary>Splits the tensor into views of one size along a dimension; the last may be smaller.</summary>
    /// <param name="size">The size; at least 1.</param>
    /// <param name="dim">The dimension; negative dims count from the end. Default: 0.</param>
    public Tensor[] Split(int size, int dim = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        int total = Shape[dim];
        int[] sizes = new int[Math.Max(1, (total + size - 1) / size)];
        Array.Fill(sizes, size);
        sizes[^1] = total - (size * (sizes.Length - 1));
        return Split(sizes, dim);
    }

    /// <summary>
    /// Splits the tensor into at most <paramref name="count"/> views of equal size along a dimension; the last may be smaller.
    /// </summary>
    /// <param name="count">The largest number of views; at least 1.</param>
    /// <param name="dim">The dimension; negative dims count from the end. Default: 0.</param>
    public Tensor[] Chunk(int count, int dim = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Split(Math.Max(1, (Shape[dim] + count - 1) / count), dim);
    }
}
