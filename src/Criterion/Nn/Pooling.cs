namespace Criterion.Nn;

/// <summary>Computes the mean of each window of images [N, C, H, W]. PyTorch equivalent: <c>torch.nn.AvgPool2d</c>.</summary>
/// <param name="kernel">The window.</param>
/// <param name="stride">The step between windows. Default: the kernel.</param>
/// <param name="padding">The width of the zero padding, at most half of the kernel. Default: 0.</param>
/// <param name="countPadding">Whether the padding counts in the mean. Default: true.</param>
public sealed class AvgPool2d(Size2 kernel, Size2? stride = null, Size2? padding = null, bool countPadding = true) : Layer
{
    /// <inheritdoc/>
    protected override string Description => 
        OptionText.Of([kernel], ("stride", stride ?? kernel, kernel), ("padding", padding ?? 0, (Size2)0), ("countPadding", countPadding, true));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.AvgPool2d(kernel, stride, padding, countPadding);
}

/// <summary>Computes the maximum of each window of images [N, C, H, W]. PyTorch equivalent: <c>torch.nn.MaxPool2d</c>.</summary>
/// <param name="kernel">The window.</param>
/// <param name="stride">The step between windows. Default: the kernel.</param>
/// <param name="padding">The width of the padding with −∞, at most half of the kernel. Default: 0.</param>
public sealed class MaxPool2d(Size2 kernel, Size2? stride = null, Size2? padding = null) : Layer
{
    /// <inheritdoc/>
    protected override string Description => 
        OptionText.Of([kernel], ("stride", stride ?? kernel, kernel), ("padding", padding ?? 0, (Size2)0));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.MaxPool2d(kernel, stride, padding);
}

/// <summary>
/// Computes the means of areas that cover images [N, C, H, W] evenly. PyTorch equivalent: <c>torch.nn.AdaptiveAvgPool2d</c>.
/// </summary>
/// <param name="output">The height and width of the output.</param>
public sealed class AdaptiveAvgPool2d(Size2 output) : Layer
{
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([output]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.AdaptiveAvgPool2d(output);
}
