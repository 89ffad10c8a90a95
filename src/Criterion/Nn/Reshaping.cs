namespace Criterion.Nn;

/// <summary>Joins dimensions into one: [N, C, H, W] → [N, C · H · W]. PyTorch equivalent: <c>torch.nn.Flatten</c>.</summary>
/// <param name="start">The first dimension to join. Default: 1.</param>
/// <param name="end">The last dimension to join. Default: −1.</param>
public sealed class Flatten(int start = 1, int end = -1) : Layer
{
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("start", start, 1), ("end", end, -1));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Flatten(start, end);
}

/// <summary>Splits one dimension: [N, C · H · W] → [N, C, H, W]. PyTorch equivalent: <c>torch.nn.Unflatten</c>.</summary>
/// <param name="dim">The dimension to split.</param>
/// <param name="sizes">The sizes of the new dimensions.</param>
public sealed class Unflatten(int dim, Shape sizes) : Layer
{
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([dim, sizes]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        int at = input.Shape.Dim(dim);
        return input.Reshape([.. input.Shape.Dims[..at], .. sizes.Dims, .. input.Shape.Dims[(at + 1)..]]);
    }
}
