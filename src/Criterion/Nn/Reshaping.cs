namespace Criterion.Nn;

/// <summary>Dimensions joined into one: [N, C, H, W] → [N, C · H · W]. PyTorch equivalent: <c>torch.nn.Flatten</c>.</summary>
/// <param name="start">The first dimension to join. Default: 1.</param>
/// <param name="end">The last, included; the last of all.</param>
public sealed class Flatten(int start = 1, int end = -1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => NotNull(input).Flatten(start, end);
}

/// <summary>One dimension split up: [N, C · H · W] → [N, C, H, W]. PyTorch equivalent: <c>torch.nn.Unflatten</c>.</summary>
/// <param name="dim">The dimension to split.</param>
/// <param name="sizes">What it becomes.</param>
public sealed class Unflatten(int dim, Shape sizes) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int at = input.Shape.Dim(dim);
        return input.Reshape([.. input.Shape.Dims[..at], .. sizes.Dims, .. input.Shape.Dims[(at + 1)..]]);
    }
}
