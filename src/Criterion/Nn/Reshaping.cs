namespace Criterion.Nn;

/// <summary>Joins dimensions into one: [N, C, H, W] → [N, C · H · W]. PyTorch equivalent: <c>torch.nn.Flatten</c>.</summary>
/// <param name="start">The first dimension to join. Default: 1.</param>
/// <param name="end">The last dimension to join. Default: −1.</param>
public sealed class Flatten(int start = 1, int end = -1) : Layer
{
    /// <summary>Gets the first dimension that is joined.</summary>
    public int Start { get; } = start;

    /// <summary>Gets the last dimension that is joined.</summary>
    public int End { get; } = end;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("start", Start, 1), ("end", End, -1));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Flatten(Start, End);

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Shape.Rank == 1)
        {
            return input;
        }

        // The batch is copied (0), or part of the size that is inferred (−1).
        Shape shape = input.Shape;
        (int start, int end) = (shape.Dim(Start), shape.Dim(End));
        int joined = shape.CountOf(start, end + 1);
        long[] sizes = [.. Sizes(shape, 0, start), start == 0 ? -1 : joined, .. Sizes(shape, end + 1, shape.Rank)];
        return graph.Reshape(input, sizes);
    }

    static IEnumerable<long> Sizes(Shape shape, int from, int to) =>
        Enumerable.Range(from, to - from).Select(dim => dim == 0 ? 0L : shape[dim]);
}

/// <summary>Splits one dimension: [N, C · H · W] → [N, C, H, W]. PyTorch equivalent: <c>torch.nn.Unflatten</c>.</summary>
/// <param name="dim">The dimension to split.</param>
/// <param name="sizes">The sizes of the new dimensions.</param>
public sealed class Unflatten(int dim, Shape sizes) : Layer
{
    /// <summary>Gets the dimension that is split.</summary>
    public int Dim { get; } = dim;

    /// <summary>Gets the sizes of the new dimensions.</summary>
    public Shape Sizes { get; } = sizes;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Dim, Sizes]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        int at = input.Shape.Dim(Dim);
        return input.Reshape([.. input.Shape.Dims[..at], .. Sizes.Dims, .. input.Shape.Dims[(at + 1)..]]);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(input);
        int at = input.Shape.Dim(Dim);
        return at > 0
            ? graph.Reshape(
                input,
                [
                    0,
                    .. input.Shape.Skip(1).Take(at - 1).Select(static size => (long)size),
                    .. Sizes.Select(static size => (long)size),
                    .. input.Shape.Skip(at + 1).Select(static size => (long)size),
                ])
            : throw new OnnxException(
                $"Onnx: {graph.Describe(this)} splits the batch, whose size is any number in a file. Split another dimension.");
    }
}
