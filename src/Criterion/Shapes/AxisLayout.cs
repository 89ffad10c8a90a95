namespace Criterion;

/// <summary>A contiguous tensor seen as [outer, size, inner] around one of its dimensions.</summary>
/// <param name="Outer">The product of the sizes before the dimension.</param>
/// <param name="Size">The size of the dimension.</param>
/// <param name="Inner">The product of the sizes after the dimension.</param>
internal readonly record struct AxisLayout(int Outer, int Size, int Inner)
{
    /// <summary>The number of lines along the dimension.</summary>
    public int Lines => Outer * Inner;

    /// <summary>Returns the layout of a shape around a dimension, counted from the front.</summary>
    public static AxisLayout Of(Shape shape, int dim) =>
        new(shape.CountOf(0, dim), shape[dim], shape.CountOf(dim + 1, shape.Rank));

    /// <summary>Returns the first element of a line; its elements are <see cref="Inner"/> apart.</summary>
    public int Start(int line)
    {
        (int outer, int inner) = Math.DivRem(line, Inner);
        return (outer * Size * Inner) + inner;
    }
}
