namespace Criterion.Nn;

/// <summary>Computes the mean of each window of images [N, C, H, W]. PyTorch equivalent: <c>torch.nn.AvgPool2d</c>.</summary>
/// <param name="kernel">The window.</param>
/// <param name="stride">The step between windows. Default: the kernel.</param>
/// <param name="padding">The width of the zero padding, at most half of the kernel. Default: 0.</param>
/// <param name="countPadding">Whether the padding counts in the mean. Default: true.</param>
public sealed class AvgPool2d(Size2 kernel, Size2? stride = null, Size2? padding = null, bool countPadding = true) : Layer
{
    /// <summary>Gets the window.</summary>
    public Size2 Kernel { get; } = kernel;

    /// <summary>Gets the step between windows.</summary>
    public Size2 Stride { get; } = stride ?? kernel;

    /// <summary>Gets the width of the padding.</summary>
    public Size2 Padding { get; } = padding ?? 0;

    /// <summary>Gets whether the padding counts in the mean.</summary>
    public bool CountPadding { get; } = countPadding;

    /// <inheritdoc/>
    protected override string Description =>
        OptionText.Of([Kernel], ("stride", Stride, Kernel), ("padding", Padding, (Size2)0), ("countPadding", CountPadding, true));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.AvgPool2d(Kernel, Stride, Padding, CountPadding);

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node(
        "AveragePool",
        [input],
        ("kernel_shape", Kernel.Pair()),
        ("strides", Stride.Pair()),
        ("pads", Padding.Borders()),
        ("count_include_pad", CountPadding ? 1 : 0));
}

/// <summary>Computes the maximum of each window of images [N, C, H, W]. PyTorch equivalent: <c>torch.nn.MaxPool2d</c>.</summary>
/// <param name="kernel">The window.</param>
/// <param name="stride">The step between windows. Default: the kernel.</param>
/// <param name="padding">The width of the padding with −∞, at most half of the kernel. Default: 0.</param>
public sealed class MaxPool2d(Size2 kernel, Size2? stride = null, Size2? padding = null) : Layer
{
    /// <summary>Gets the window.</summary>
    public Size2 Kernel { get; } = kernel;

    /// <summary>Gets the step between windows.</summary>
    public Size2 Stride { get; } = stride ?? kernel;

    /// <summary>Gets the width of the padding.</summary>
    public Size2 Padding { get; } = padding ?? 0;

    /// <inheritdoc/>
    protected override string Description =>
        OptionText.Of([Kernel], ("stride", Stride, Kernel), ("padding", Padding, (Size2)0));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.MaxPool2d(Kernel, Stride, Padding);

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node(
        "MaxPool", [input], ("kernel_shape", Kernel.Pair()), ("strides", Stride.Pair()), ("pads", Padding.Borders()));
}

/// <summary>
/// Computes the means of areas that cover images [N, C, H, W] evenly. PyTorch equivalent: <c>torch.nn.AdaptiveAvgPool2d</c>.
/// </summary>
/// <param name="output">The height and width of the output.</param>
public sealed class AdaptiveAvgPool2d(Size2 output) : Layer
{
    /// <summary>Gets the height and width of the output.</summary>
    public Size2 Output { get; } = output;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Output]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.AdaptiveAvgPool2d(Output);

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(input);
        (int height, int width) = (input.Shape[2], input.Shape[3]);
        if (Output == 1)
        {
            return graph.Node("GlobalAveragePool", [input]);
        }

        // Areas of unequal size are a matrix along each side.
        Size2 area = (height / Output.Height, width / Output.Width);
        return height % Output.Height == 0 && width % Output.Width == 0
            ? graph.Node("AveragePool", [input], ("kernel_shape", area.Pair()), ("strides", area.Pair()))
            : graph.Resize(input, Output, static (image, size) => image.AdaptiveAvgPool2d(size));
    }
}
