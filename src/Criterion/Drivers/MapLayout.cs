namespace Criterion.Drivers;

/// <summary>The shape of an operand and its steps in memory, in elements.</summary>
internal readonly ref struct StridedShape(Shape shape, ReadOnlySpan<int> strides, bool isContiguous)
{
    public Shape Shape { get; } = shape;

    public ReadOnlySpan<int> Strides { get; } = strides;

    public bool IsContiguous { get; } = isContiguous;

    /// <summary>Writes the strides of the operand broadcast to a shape: 0 along sizes of 1.</summary>
    public void Broadcast(Span<int> strides)
    {
        int lead = strides.Length - Shape.Rank;
        strides[..lead].Clear();
        for (int i = 0; i < Shape.Rank; i++)
        {
            strides[lead + i] = Shape[i] == 1 ? 0 : Strides[i];
        }
    }
}

/// <summary>
/// The elements of a map as segments along the innermost dimensions, in which every operand steps by 1 or by 0, and the outer dimensions
/// with their strides.
/// </summary>
internal readonly record struct MapLayout(int Length, int Outer, int[] Dims, int[] A, int[] B, int[] C, int StepA, int StepB, int StepC)
{
    /// <param name="shape">The shape of the result.</param>
    /// <param name="a">The first operand, which broadcasts to it.</param>
    /// <param name="b">The second operand.</param>
    /// <param name="c">The third operand.</param>
    public static MapLayout Of(Shape shape, StridedShape a, StridedShape b, StridedShape c) =>
        IsFlat(shape, a) && IsFlat(shape, b) && IsFlat(shape, c)
            ? new(shape.Count, 1, [], [], [], [], Step(a), Step(b), Step(c))
            : Collapse(shape, a, b, c);

    static bool IsFlat(Shape shape, StridedShape x) => x.Shape.Count == 1 || (x.IsContiguous && x.Shape == shape);

    static int Step(StridedShape x) => x.Shape.Count == 1 ? 0 : 1;

    static MapLayout Collapse(Shape shape, StridedShape a, StridedShape b, StridedShape c)
    {
        int rank = shape.Rank;
        Span<int> stridesA = stackalloc int[rank];
        Span<int> stridesB = stackalloc int[rank];
        Span<int> stridesC = stackalloc int[rank];
        Span<int> dims = stackalloc int[rank];
        a.Broadcast(stridesA);
        b.Broadcast(stridesB);
        c.Broadcast(stridesC);
        int last = -1;
        for (int i = 0; i < rank; i++)
        {
            int size = shape[i];
            if (size == 1)
            {
                continue;
            }

            // A dimension joins the one before it when stepping over its end is a step of that one, for every operand.
            bool joins = last >= 0
                && stridesA[last] == stridesA[i] * size && stridesB[last] == stridesB[i] * size && stridesC[last] == stridesC[i] * size;
            last += joins ? 0 : 1;
            dims[last] = joins ? dims[last] * size : size;
            (stridesA[last], stridesB[last], stridesC[last]) = (stridesA[i], stridesB[i], stridesC[i]);
        }

        int length = dims[last];
        return new(
            length,
            shape.Count / length,
            dims[..last].ToArray(),
            stridesA[..last].ToArray(),
            stridesB[..last].ToArray(),
            stridesC[..last].ToArray(),
            stridesA[last],
            stridesB[last],
            stridesC[last]);
    }
}
