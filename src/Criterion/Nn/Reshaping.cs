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
}
