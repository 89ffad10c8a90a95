using System.Runtime.CompilerServices;

namespace Criterion.Nn;

/// <summary>Two-dimensional cross-correlation with learned kernels. PyTorch equivalent: <c>torch.nn.Conv2d</c>.</summary>
/// <remarks>
/// Input [N, inChannels, H, W], output [N, outChannels, H′, W′] with H′ = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1;
/// weight [outChannels, inChannels / groups, kernel, kernel], bias [outChannels].
/// </remarks>
public sealed class Conv2d : WeightedModule
{
    /// <summary>Initializes the layer with random weights, uniform within ±1/√(inChannels / groups · kernel area).</summary>
    /// <param name="inChannels">The number of input channels.</param>
    /// <param name="outChannels">The number of output channels.</param>
    /// <param name="kernel">The size of the kernels.</param>
    /// <param name="stride">The step between windows. Default: 1.</param>
    /// <param name="padding">The width of the zero padding. Default: 0.</param>
    /// <param name="dilation">The step between the elements of a kernel. Default: 1.</param>
    /// <param name="groups">The number of channel groups, each convolved separately. Default: 1.</param>
    /// <param name="bias">Whether to add a bias. Default: true.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small, or the channels are not a multiple of the groups.</exception>
    public Conv2d(
        int inChannels,
        int outChannels,
        Size2 kernel,
        Size2? stride = null,
        Size2? padding = null,
        Size2? dilation = null,
        int groups = 1,
        bool bias = true,
        RandomStream? random = null,
        DType dtype = DType.Float32)
        : base(
            [
                outChannels, ConvOptions.Check("Conv2d", inChannels, outChannels, kernel, stride, padding, dilation, groups) / groups,
                kernel.Height, kernel.Width
            ],
            outChannels,
            bias,
            random,
            dtype)
    {
        (Stride, Padding, Dilation, Groups) = (stride ?? 1, padding ?? 0, dilation ?? 1, groups);
    }

    /// <summary>Gets the number of input channels.</summary>
    public int InChannels => Weight.Shape[1] * Groups;

    /// <summary>Gets the number of output channels.</summary>
    public int OutChannels => Weight.Shape[0];

    /// <summary>Gets the size of the kernels.</summary>
    public Size2 Kernel => (Weight.Shape[2], Weight.Shape[3]);

    /// <summary>Gets the step between windows.</summary>
    public Size2 Stride { get; }

    /// <summary>Gets the width of the zero padding.</summary>
    public Size2 Padding { get; }

    /// <summary>Gets the step between the elements of a kernel.</summary>
    public Size2 Dilation { get; }

    /// <summary>Gets the number of channel groups.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [Weight.Shape[1] * Groups, Weight.Shape[0], new Size2(Weight.Shape[2], Weight.Shape[3])],
        ("stride", Stride, (Size2)1),
        ("padding", Padding, (Size2)0),
        ("dilation", Dilation, (Size2)1),
        ("groups", Groups, 1),
        ("bias", Bias is not null, true));

    internal override Tensor Apply(Tensor input, Tensor weight) => input.Conv2d(weight, Bias, Stride, Padding, Dilation, Groups);

    internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue weight) => graph.Node(
        "Conv",
        [input, weight, graph.Weight(Bias)],
        ("strides", Stride.Pair()),
        ("pads", Padding.Borders()),
        ("dilations", Dilation.Pair()),
        ("group", Groups));
}

/// <summary>Checks of the options of convolutions.</summary>
internal static class ConvOptions
{
    /// <returns>The input channels.</returns>
    public static int Check(
        string layer, int inChannels, int outChannels, Size2 kernel, Size2? stride, Size2? padding, Size2? dilation, int groups)
    {
        kernel.CheckAtLeast(1, layer, nameof(kernel));
        (stride ?? 1).CheckAtLeast(1, layer, nameof(stride));
        (padding ?? 0).CheckAtLeast(0, layer, nameof(padding));
        (dilation ?? 1).CheckAtLeast(1, layer, nameof(dilation));
        Require.AtLeast(1, groups, layer);
        CheckChannels(outChannels, groups, layer);
        return CheckChannels(inChannels, groups, layer);
    }

    /// <summary>Returns the channels if they are a positive multiple of the groups, or throws.</summary>
    public static int CheckChannels(
        int channels, int groups, string layer, [CallerArgumentExpression(nameof(channels))] string option = "") =>
        Require.That(channels >= 1 && channels % groups == 0, channels, layer, $"a positive multiple of the {groups} group(s)", option);
}
