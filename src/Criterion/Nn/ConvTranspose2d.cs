namespace Criterion.Nn;

/// <summary>Transposed convolution, which enlarges images. PyTorch equivalent: <c>torch.nn.ConvTranspose2d</c>.</summary>
/// <remarks>
/// Input [N, inChannels, H, W], output [N, outChannels, H′, W′] with H′ = (H − 1)·stride − 2·padding + dilation·(kernel − 1) +
/// outputPadding + 1; weight [inChannels, outChannels / groups, kernel, kernel], bias [outChannels].
/// </remarks>
public sealed class ConvTranspose2d : WeightedModule
{
    readonly Size2 _stride;
    readonly Size2 _padding;
    readonly Size2 _outputPadding;
    readonly Size2 _dilation;
    readonly int _groups;

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
        (_stride, _padding, _outputPadding, _dilation, _groups) = (stride ?? 1, padding ?? 0, outputPadding ?? 0, dilation ?? 1, groups);
        _outputPadding.CheckAtLeast(0, "ConvTranspose2d", nameof(outputPadding));
    }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [Weight.Shape[0], Weight.Shape[1] * _groups, new Size2(Weight.Shape[2], Weight.Shape[3])],
        ("stride", _stride, (Size2)1),
        ("padding", _padding, (Size2)0),
        ("outputPadding", _outputPadding, (Size2)0),
        ("dilation", _dilation, (Size2)1),
        ("groups", _groups, 1),
        ("bias", Bias is not null, true));

    internal override int OutputDim => 1;

    internal override Tensor Apply(Tensor input, Tensor weight) =>
        input.ConvTranspose2d(weight, Bias, _stride, _padding, _outputPadding, _dilation, _groups);
}
