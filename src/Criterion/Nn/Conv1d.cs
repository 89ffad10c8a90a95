namespace Criterion.Nn;

/// <summary>One-dimensional cross-correlation with learned kernels. PyTorch equivalent: <c>torch.nn.Conv1d</c>.</summary>
/// <remarks>
/// Input [N, inChannels, L], output [N, outChannels, L′] with L′ = ⌊(L + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1; weight
/// [outChannels, inChannels / groups, kernel], bias [outChannels]. Computed as a convolution of images [N, inChannels, 1, L].
/// </remarks>
public sealed class Conv1d : WeightedModule
{
    /// <summary>Initializes the layer with random weights, uniform within ±1/√(inChannels / groups · kernel).</summary>
    /// <param name="inChannels">The number of input channels.</param>
    /// <param name="outChannels">The number of output channels.</param>
    /// <param name="kernel">The length of the kernels.</param>
    /// <param name="stride">The step between windows. Default: 1.</param>
    /// <param name="padding">The number of zeros on each side. Default: 0.</param>
    /// <param name="dilation">The step between the elements of a kernel. Default: 1.</param>
    /// <param name="groups">The number of channel groups, each convolved separately. Default: 1.</param>
    /// <param name="bias">Whether to add a bias. Default: true.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small, or the channels are not a multiple of the groups.</exception>
    public Conv1d(
        int inChannels,
        int outChannels,
        int kernel,
        int stride = 1,
        int padding = 0,
        int dilation = 1,
        int groups = 1,
        bool bias = true,
        RandomStream? random = null,
        DType dtype = DType.Float32)
        : base(
            [
                outChannels,
                Sequences.CheckOptions("Conv1d", inChannels, outChannels, kernel, stride, padding, dilation, groups) / groups,
                kernel,
            ],
            outChannels,
            bias,
            random,
            dtype)
    {
        (Stride, Padding, Dilation, Groups) = (stride, padding, dilation, groups);
    }

    /// <summary>Gets the number of input channels.</summary>
    public int InChannels => Weight.Shape[1] * Groups;

    /// <summary>Gets the number of output channels.</summary>
    public int OutChannels => Weight.Shape[0];

    /// <summary>Gets the length of the kernels.</summary>
    public int Kernel => Weight.Shape[2];

    /// <summary>Gets the step between windows.</summary>
    public int Stride { get; }

    /// <summary>Gets the number of zeros on each side.</summary>
    public int Padding { get; }

    /// <summary>Gets the step between the elements of a kernel.</summary>
    public int Dilation { get; }

    /// <summary>Gets the number of channel groups.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [InChannels, OutChannels, Kernel],
        ("stride", Stride, 1),
        ("padding", Padding, 0),
        ("dilation", Dilation, 1),
        ("groups", Groups, 1),
        ("bias", Bias is not null, true));

    internal override Tensor Apply(Tensor input, Tensor weight)
    {
        Sequences.Check("Conv1d", input, InChannels);
        long field = ((long)Dilation * (weight.Shape[2] - 1)) + 1;
        long length = input.Shape[2] + (2L * Padding);
        return field <= length
            ? input.Unsqueeze(2)
                .Conv2d(weight.Unsqueeze(2), Bias, (1, Stride), (0, Padding), (1, Dilation), Groups)
                .Squeeze(2)
            : throw new ShapeException(
                $"Conv1d: the input {input.Shape} with padding {Padding} is shorter than the kernel, which covers {field} values. "
                + "Use longer sequences, more padding or a smaller kernel.");
    }

    internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue weight) => graph.Node(
        "Conv",
        [input, weight, graph.Weight(Bias)],
        ("strides", (long[])[Stride]),
        ("pads", (long[])[Padding, Padding]),
        ("dilations", (long[])[Dilation]),
        ("group", Groups));
}

/// <summary>
/// One-dimensional transposed convolution, which lengthens sequences. PyTorch equivalent: <c>torch.nn.ConvTranspose1d</c>.
/// </summary>
/// <remarks>
/// Input [N, inChannels, L], output [N, outChannels, L′] with L′ = (L − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1;
/// weight [inChannels, outChannels / groups, kernel], bias [outChannels].
/// </remarks>
public sealed class ConvTranspose1d : WeightedModule
{
    /// <summary>Initializes the layer with random weights, uniform within ±1/√(outChannels / groups · kernel).</summary>
    /// <param name="inChannels">The number of input channels.</param>
    /// <param name="outChannels">The number of output channels.</param>
    /// <param name="kernel">The length of the kernels.</param>
    /// <param name="stride">The step between windows in the output. Default: 1.</param>
    /// <param name="padding">The number of values cropped from each side of the output. Default: 0.</param>
    /// <param name="outputPadding">
    /// The number of values added at the end of the output; must be less than the stride or the dilation. Default: 0.
    /// </param>
    /// <param name="dilation">The step between the elements of a kernel. Default: 1.</param>
    /// <param name="groups">The number of channel groups. Default: 1.</param>
    /// <param name="bias">Whether to add a bias. Default: true.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size is too small, the channels are not a multiple of the groups, or the output padding is too large.
    /// </exception>
    public ConvTranspose1d(
        int inChannels,
        int outChannels,
        int kernel,
        int stride = 1,
        int padding = 0,
        int outputPadding = 0,
        int dilation = 1,
        int groups = 1,
        bool bias = true,
        RandomStream? random = null,
        DType dtype = DType.Float32)
        : base(
            [
                Sequences.CheckOptions("ConvTranspose1d", inChannels, outChannels, kernel, stride, padding, dilation, groups),
                outChannels / groups,
                kernel,
            ],
            outChannels,
            bias,
            random,
            dtype)
    {
        (Stride, Padding, Dilation, Groups) = (stride, padding, dilation, groups);
        int most = Math.Max(stride, dilation);
        OutputPadding = Require.That(
            outputPadding >= 0 && outputPadding < most, outputPadding, "ConvTranspose1d", $"in [0, {most}), the stride or dilation");
    }

    /// <summary>Gets the number of input channels.</summary>
    public int InChannels => Weight.Shape[0];

    /// <summary>Gets the number of output channels.</summary>
    public int OutChannels => Weight.Shape[1] * Groups;

    /// <summary>Gets the length of the kernels.</summary>
    public int Kernel => Weight.Shape[2];

    /// <summary>Gets the step between windows in the output.</summary>
    public int Stride { get; }

    /// <summary>Gets the number of values that are cropped from each side of the output.</summary>
    public int Padding { get; }

    /// <summary>Gets the number of values that are added at the end of the output.</summary>
    public int OutputPadding { get; }

    /// <summary>Gets the step between the elements of a kernel.</summary>
    public int Dilation { get; }

    /// <summary>Gets the number of channel groups.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [InChannels, OutChannels, Kernel],
        ("stride", Stride, 1),
        ("padding", Padding, 0),
        ("outputPadding", OutputPadding, 0),
        ("dilation", Dilation, 1),
        ("groups", Groups, 1),
        ("bias", Bias is not null, true));

    internal override int OutputDim => 1;

    internal override Tensor Apply(Tensor input, Tensor weight)
    {
        Sequences.Check("ConvTranspose1d", input, InChannels);
        return input.Unsqueeze(2)
            .ConvTranspose2d(
                weight.Unsqueeze(2), Bias, (1, Stride), (0, Padding), (0, OutputPadding), (1, Dilation), Groups)
            .Squeeze(2);
    }

    internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue weight) =>
        new OnnxConvTranspose([Stride], [Padding], [OutputPadding], [Dilation], Groups).Add(graph, input, weight, Bias);
}

/// <summary>Checks of layers of sequences [N, C, L].</summary>
internal static class Sequences
{
    /// <summary>Checks the options of a convolution.</summary>
    /// <returns>The input channels.</returns>
    public static int CheckOptions(
        string layer, int inChannels, int outChannels, int kernel, int stride, int padding, int dilation, int groups)
    {
        Require.AtLeast(1, kernel, layer);
        Require.AtLeast(1, stride, layer);
        Require.AtLeast(0, padding, layer);
        Require.AtLeast(1, dilation, layer);
        Require.AtLeast(1, groups, layer);
        ConvOptions.CheckChannels(outChannels, groups, layer);
        return ConvOptions.CheckChannels(inChannels, groups, layer);
    }

    /// <summary>Throws unless the input is [N, C, L], with a number of channels if one is given.</summary>
    public static void Check(string layer, Tensor input, int? channels = null)
    {
        if (input.Rank != 3 || (channels is { } count && input.Shape[1] != count))
        {
            throw new ShapeException(
                $"{layer}: the input must be [N, C, L]{(channels is null ? "" : $" with C = {channels}")}, but is {input.Shape}. "
                + "Reshape it, or add the batch dimension with Unsqueeze(0).");
        }
    }
}
