namespace Criterion.Nn;

/// <summary>Transposed convolution, which enlarges images. PyTorch equivalent: <c>torch.nn.ConvTranspose2d</c>.</summary>
/// <remarks>
/// Input [N, inChannels, H, W], output [N, outChannels, H′, W′] with H′ = (H − 1)·stride − 2·padding + dilation·(kernel − 1) +
/// outputPadding + 1; weight [inChannels, outChannels / groups, kernel, kernel], bias [outChannels].
/// </remarks>
public sealed class ConvTranspose2d : WeightedModule
{
    /// <summary>Initializes the layer with random weights, uniform within ±1/√(outChannels / groups · kernel area).</summary>
    /// <param name="inChannels">The number of input channels.</param>
    /// <param name="outChannels">The number of output channels.</param>
    /// <param name="kernel">The size of the kernels.</param>
    /// <param name="stride">The step between windows in the output. Default: 1.</param>
    /// <param name="padding">The number of rows and columns cropped from each side of the output. Default: 0.</param>
    /// <param name="outputPadding">
    /// The number of rows and columns added at the end of the output; must be less than the stride or the dilation. Default: 0.
    /// </param>
    /// <param name="dilation">The step between the elements of a kernel. Default: 1.</param>
    /// <param name="groups">The number of channel groups. Default: 1.</param>
    /// <param name="bias">Whether to add a bias. Default: true.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small, or the channels are not a multiple of the groups.</exception>
    public ConvTranspose2d(
        int inChannels,
        int outChannels,
        Size2 kernel,
        Size2? stride = null,
        Size2? padding = null,
        Size2? outputPadding = null,
        Size2? dilation = null,
        int groups = 1,
        bool bias = true,
        RandomStream? random = null,
        DType dtype = DType.Float32)
        : base(
            [
                ConvOptions.Check("ConvTranspose2d", inChannels, outChannels, kernel, stride, padding, dilation, groups),
                outChannels / groups, kernel.Height, kernel.Width
            ],
            outChannels,
            bias,
            random,
            dtype)
    {
        (Stride, Padding, OutputPadding, Dilation, Groups) = (stride ?? 1, padding ?? 0, outputPadding ?? 0, dilation ?? 1, groups);
        OutputPadding.CheckAtLeast(0, "ConvTranspose2d", nameof(outputPadding));
    }

    /// <summary>Gets the number of input channels.</summary>
    public int InChannels => Weight.Shape[0];

    /// <summary>Gets the number of output channels.</summary>
    public int OutChannels => Weight.Shape[1] * Groups;

    /// <summary>Gets the size of the kernels.</summary>
    public Size2 Kernel => (Weight.Shape[2], Weight.Shape[3]);

    /// <summary>Gets the step between windows in the output.</summary>
    public Size2 Stride { get; }

    /// <summary>Gets the number of rows and columns that are cropped from each side of the output.</summary>
    public Size2 Padding { get; }

    /// <summary>Gets the number of rows and columns that are added at the end of the output.</summary>
    public Size2 OutputPadding { get; }

    /// <summary>Gets the step between the elements of a kernel.</summary>
    public Size2 Dilation { get; }

    /// <summary>Gets the number of channel groups.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [Weight.Shape[0], Weight.Shape[1] * Groups, new Size2(Weight.Shape[2], Weight.Shape[3])],
        ("stride", Stride, (Size2)1),
        ("padding", Padding, (Size2)0),
        ("outputPadding", OutputPadding, (Size2)0),
        ("dilation", Dilation, (Size2)1),
        ("groups", Groups, 1),
        ("bias", Bias is not null, true));

    internal override int OutputDim => 1;

    internal override Tensor Apply(Tensor input, Tensor weight) =>
        input.ConvTranspose2d(weight, Bias, Stride, Padding, OutputPadding, Dilation, Groups);

    internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue weight) =>
        new OnnxConvTranspose(Stride.Pair(), Padding.Pair(), OutputPadding.Pair(), Dilation.Pair(), Groups).Add(graph, input, weight, Bias);
}
