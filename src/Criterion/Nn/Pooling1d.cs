namespace Criterion.Nn;

/// <summary>Computes the mean of each window of sequences [N, C, L]. PyTorch equivalent: <c>torch.nn.AvgPool1d</c>.</summary>
public sealed class AvgPool1d : Layer
{
    readonly (int Kernel, int Stride, int Padding) _windows;

    /// <summary>Initializes the layer.</summary>
    /// <param name="kernel">The length of the window.</param>
    /// <param name="stride">The step between windows. Default: the kernel.</param>
    /// <param name="padding">The number of zeros on each side, at most half of the kernel. Default: 0.</param>
    /// <param name="countPadding">Whether the padding counts in the mean. Default: true.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding is out of range.</exception>
    public AvgPool1d(int kernel, int? stride = null, int padding = 0, bool countPadding = true) =>
        (_windows, CountPadding) = (Windows("AvgPool1d", kernel, stride, padding), countPadding);

    /// <summary>Gets the length of the window.</summary>
    public int Kernel => _windows.Kernel;

    /// <summary>Gets the step between windows.</summary>
    public int Stride => _windows.Stride;

    /// <summary>Gets the length of the padding on each side.</summary>
    public int Padding => _windows.Padding;

    /// <summary>Gets whether the padding counts in the mean.</summary>
    public bool CountPadding { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [Kernel], ("stride", Stride, Kernel), ("padding", Padding, 0), ("countPadding", CountPadding, true));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input is not [N, C, L], or is shorter than a window.</exception>
    protected override Tensor Compute(Tensor input) => CheckLength("AvgPool1d", input, _windows)
        .AvgPool2d((1, Kernel), (1, Stride), (0, Padding), CountPadding)
        .Squeeze(2);

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node(
        "AveragePool",
        [input],
        ("kernel_shape", (long[])[Kernel]),
        ("strides", (long[])[Stride]),
        ("pads", (long[])[Padding, Padding]),
        ("count_include_pad", CountPadding ? 1 : 0));

    /// <summary>Checks the options of a window.</summary>
    internal static (int Kernel, int Stride, int Padding) Windows(string layer, int kernel, int? stride, int padding)
    {
        Require.AtLeast(1, kernel, layer);
        int step = stride ?? kernel;
        Require.AtLeast(1, step, layer, nameof(stride));
        Require.That(padding >= 0 && padding <= kernel / 2, padding, layer, $"in [0, {kernel / 2}], half of the kernel");
        return (kernel, step, padding);
    }

    /// <summary>Returns sequences as images of one row, or throws if they are shorter than a window.</summary>
    internal static Tensor CheckLength(string layer, Tensor input, (int Kernel, int Stride, int Padding) windows)
    {
        Sequences.Check(layer, input);
        return input.Shape[2] + (2L * windows.Padding) >= windows.Kernel
            ? input.Unsqueeze(2)
            : throw new ShapeException(
                $"{layer}: the input {input.Shape} with padding {windows.Padding} is shorter than the window of {windows.Kernel}. "
                + "Use longer sequences or a smaller window.");
    }
}

/// <summary>Computes the maximum of each window of sequences [N, C, L]. PyTorch equivalent: <c>torch.nn.MaxPool1d</c>.</summary>
public sealed class MaxPool1d : Layer
{
    readonly (int Kernel, int Stride, int Padding) _windows;

    /// <summary>Initializes the layer.</summary>
    /// <param name="kernel">The length of the window.</param>
    /// <param name="stride">The step between windows. Default: the kernel.</param>
    /// <param name="padding">The length of the padding with −∞ on each side, at most half of the kernel. Default: 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding is out of range.</exception>
    public MaxPool1d(int kernel, int? stride = null, int padding = 0) =>
        _windows = AvgPool1d.Windows("MaxPool1d", kernel, stride, padding);

    /// <summary>Gets the length of the window.</summary>
    public int Kernel => _windows.Kernel;

    /// <summary>Gets the step between windows.</summary>
    public int Stride => _windows.Stride;

    /// <summary>Gets the length of the padding on each side.</summary>
    public int Padding => _windows.Padding;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [Kernel], ("stride", Stride, Kernel), ("padding", Padding, 0));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input is not [N, C, L], or is shorter than a window.</exception>
    protected override Tensor Compute(Tensor input) => AvgPool1d.CheckLength("MaxPool1d", input, _windows)
        .MaxPool2d((1, Kernel), (1, Stride), (0, Padding))
        .Squeeze(2);

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node(
        "MaxPool",
        [input],
        ("kernel_shape", (long[])[Kernel]),
        ("strides", (long[])[Stride]),
        ("pads", (long[])[Padding, Padding]));
}
