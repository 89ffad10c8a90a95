namespace Criterion;

/// <summary>The dimensions over which a tensor is reduced.</summary>
internal readonly struct ReducedDims
{
    readonly ulong _mask;

    public ReducedDims(Shape shape, ReadOnlySpan<int> dims, string operation)
    {
        foreach (int dim in dims)
        {
            int at = shape.Dim(dim);
            _mask = !Has(at)
                ? _mask | (1UL << at)
                : throw new ShapeException($"{operation}: dim {dim} is named twice for {shape}. Name each dim once.");
        }

        if (dims.IsEmpty)
        {
            _mask = ulong.MaxValue;
        }

        Span<int> kept = stackalloc int[shape.Rank];
        shape.Dims.CopyTo(kept);
        Count = 1;
        for (int i = 0; i < kept.Length; i++)
        {
            if (Has(i))
            {
                Count *= kept[i];
                kept[i] = 1;
            }
        }

        Shape = shape;
        Kept = new Shape(kept);
    }

    /// <summary>The shape that is reduced.</summary>
    public Shape Shape { get; }

    /// <summary>The shape of the result with the reduced dimensions kept at size 1.</summary>
    public Shape Kept { get; }

    /// <summary>The number of elements that are reduced to one.</summary>
    public int Count { get; }

    /// <summary>
    /// Returns the last run of reduced dimensions before <paramref name="end"/> that are not all of size 1; an end of 0 if there is none.
    /// </summary>
    public (int Start, int End) RunBefore(int end)
    {
        while (end > 0 && !(Has(end - 1) && Shape[end - 1] != 1))
        {
            end--;
        }

        int start = end;
        while (start > 0 && Has(start - 1))
        {
            start--;
        }

        return (start, end);
    }

    /// <summary>Whether the reduced dimensions are the last ones.</summary>
    public bool AreLast => Order().Order().SequenceEqual(Order());

    /// <summary>Returns the dimensions that are kept, then those that are reduced.</summary>
    public IEnumerable<int> Order()
    {
        ReducedDims to = this;
        IEnumerable<int> dims = Enumerable.Range(0, Kept.Rank);
        return [.. dims.Where(i => !to.Has(i)), .. dims.Where(i => to.Has(i))];
    }

    /// <summary>Returns the shape of the result.</summary>
    public Shape Result(bool keepDim)
    {
        if (keepDim)
        {
            return Kept;
        }

        Span<int> sizes = stackalloc int[Kept.Rank];
        int rank = 0;
        for (int i = 0; i < Kept.Rank; i++)
        {
            sizes[rank] = Kept[i];
            rank += Has(i) ? 0 : 1;
        }

        return new Shape(sizes[..rank]);
    }

    bool Has(int dim) => (_mask >> dim & 1) != 0;
}
