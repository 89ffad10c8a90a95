namespace Criterion;

public sealed partial class Tensor
{
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
}
