using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// Convolution whose weights each sample scales by styles of its input channels, and whose output channels are normalized by the scaled
/// weights (Karras et al., StyleGAN2, 2020, section 2.2).
/// </summary>
/// <remarks>
/// <para>
/// Input [N, inChannels, H, W], styles [N, inChannels], output [N, outChannels, H′, W′] as of <see cref="Conv2d"/>; weight [outChannels,
/// inChannels, kernel, kernel] from N(0, 1), multiplied by 1 / √fan-in in the call. There is no bias. The styles usually come from
/// <c>new EqualizedLearningRate(new Linear(latent, inChannels))</c> with its bias set to 1.
/// </para>
/// <para>
/// With up = 2 the image is doubled by a transposed convolution of stride 2, whose result is blurred by the filter 1, 3, 3, 1 and
/// multiplied by 4, as in <c>conv2d_resample</c> of StyleGAN2.
/// </para>
/// <para>
/// Styles scale the input and demodulation, 1 / √(Σ (weight · style)² + 1e-8), scales the output, which equals a convolution with a weight
/// for each sample. Without styles all are 1.
/// </para>
/// </remarks>
public sealed class ModulatedConv2d : Layer
{
    const double Epsilon = 1e-8;

    static readonly BlurResample Blur = new();

    /// <summary>Initializes the layer.</summary>
    /// <param name="inChannels">The number of input channels.</param>
    /// <param name="outChannels">The number of output channels.</param>
    /// <param name="kernel">The size of the square kernels.</param>
    /// <param name="padding">The number of zeros on each side. Default: kernel / 2, rounded down.</param>
    /// <param name="up">The factor of enlargement, 1 or 2; 2 needs a padding of at most kernel − 2. Default: 1.</param>
    /// <param name="demodulate">Whether output channels are normalized. Default: true; false is for the layer to RGB.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small.</exception>
    public ModulatedConv2d(
        int inChannels,
        int outChannels,
        int kernel,
        int? padding = null,
        int up = 1,
        bool demodulate = true,
        RandomStream? random = null,
        DType dtype = DType.Float32)
    {
        const string Layer = "ModulatedConv2d";
        int size = Require.AtLeast(1, kernel, Layer);
        (Padding, Demodulate) = (Require.AtLeast(0, padding ?? size / 2, Layer), demodulate);
        Up = Require.That(up == 1 || (up == 2 && Padding <= size - 2), up, Layer, "1, or 2 with a padding of at most kernel - 2");
        Shape shape = [Require.AtLeast(1, outChannels, Layer), Require.AtLeast(1, inChannels, Layer), size, size];
        Weight = Parameter("weight", Tensor.Randn(shape, dtype, random));
    }

    /// <summary>Gets the weight before modulation, [outChannels, inChannels, kernel, kernel].</summary>
    public Tensor Weight { get; }

    /// <summary>Gets the number of input channels.</summary>
    public int InChannels => Weight.Shape[1];

    /// <summary>Gets the number of output channels.</summary>
    public int OutChannels => Weight.Shape[0];

    /// <summary>Gets the size of the kernels.</summary>
    public int Kernel => Weight.Shape[2];

    /// <summary>Gets the number of zeros on each side.</summary>
    public int Padding { get; }

    /// <summary>Gets the factor of enlargement.</summary>
    public int Up { get; }

    /// <summary>Gets whether output channels are normalized.</summary>
    public bool Demodulate { get; }

    /// <inheritdoc/>
    protected override string Description =>
        OptionText.Of([InChannels, OutChannels, Kernel], ("padding", Padding, Kernel / 2), ("up", Up, 1), ("demodulate", Demodulate, true));

    /// <summary>Computes the convolution with weights modulated by styles.</summary>
    /// <param name="input">The images, [N, inChannels, H, W].</param>
    /// <param name="styles">The factor of each input channel of each sample, [N, inChannels].</param>
    /// <exception cref="DTypeException">An input has another type than the weights.</exception>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Forward(Tensor input, Tensor styles)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(styles);
        input = BeforeCompute(input);
        CheckType(styles, nameof(styles));
        return AfterCompute(input, Modulated(input, styles));
    }

    /// <summary>Describes <see cref="Forward(Tensor, Tensor)"/> as nodes of an ONNX graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The images in it.</param>
    /// <param name="styles">The styles in it.</param>
    /// <returns>The output.</returns>
    public OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue styles)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(styles);
        Tensor weight = Scaled(Weight.Detach());
        OnnxValue styled = graph.Product(input, PerChannel(graph, styles)) with { Shape = input.Shape };
        OnnxValue output = Up == 1
            ? graph.Node("Conv", [styled, graph.Weight(weight, "scaled_weight")], ("pads", new Size2(Padding, Padding).Borders()))
            : OnnxEnlarged(graph, styled, weight);
        return (Demodulate ? graph.Product(output, PerChannel(graph, OnnxDemodulation(graph, weight, styles))) : output) with
        {
            Shape = [input.Shape[0], OutChannels, Resized(input.Shape[2]), Resized(input.Shape[3])],
        };
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) =>
        Modulated(input, Tensor.Ones([input.Rank > 0 ? input.Shape[0] : 1, InChannels], input.DType));

    Tensor Modulated(Tensor input, Tensor styles)
    {
        CheckShapes(input, styles);
        Tensor weight = Scaled(Weight);
        Tensor styled = input * styles.Unsqueeze(-1).Unsqueeze(-1);
        Tensor output = Up == 1 ? styled.Conv2d(weight, null, 1, Padding) : Enlarged(styled, weight);
        return Demodulate ? output * Demodulation(weight, styles).Unsqueeze(-1).Unsqueeze(-1) : output;
    }

    Tensor Scaled(Tensor weight) => weight * (1 / Math.Sqrt(weight.Count / (double)OutChannels));

    // The blur keeps the size. Its border, which the padding of an image of the doubled size does not have, is cropped.
    int Crop => Kernel - 1 - Padding;

    int Resized(int side) => (side * Up) + 1 - Kernel + (2 * Padding);

    Tensor Enlarged(Tensor styled, Tensor weight)
    {
        Tensor blurred = Blur.Forward(styled.ConvTranspose2d(Transposed(weight), null, Up));
        return blurred.Narrow(2, Crop, Resized(styled.Shape[2])).Narrow(3, Crop, Resized(styled.Shape[3]));
    }

    OnnxValue OnnxEnlarged(OnnxGraph graph, OnnxValue styled, Tensor weight)
    {
        (int height, int width) = (Resized(styled.Shape[2]), Resized(styled.Shape[3]));
        OnnxValue full = graph.Node(
            "ConvTranspose", [styled, graph.Weight(Transposed(weight), "scaled_weight")], ("strides", new Size2(Up, Up).Pair()));
        Shape shape = [styled.Shape[0], OutChannels, ((styled.Shape[2] - 1) * Up) + Kernel, ((styled.Shape[3] - 1) * Up) + Kernel];
        return graph.Node(
            "Slice",
            [
                Blur.ToOnnx(graph, full with { Shape = shape }), graph.Integers(Crop, Crop),
                graph.Integers(Crop + height, Crop + width), graph.Integers(2, 3),
            ]);
    }

    Tensor Transposed(Tensor weight) => (weight * (Up * Up)).Transpose(0, 1);

    static OnnxValue PerChannel(OnnxGraph graph, OnnxValue values) => graph.Node("Unsqueeze", [values, graph.Integers(2, 3)]);

    static OnnxValue OnnxDemodulation(OnnxGraph graph, Tensor weight, OnnxValue styles)
    {
        OnnxValue squares = graph.Node(
            "MatMul", [graph.Product(styles, styles), graph.Weight(weight.Square().Sum([2, 3]).Transpose(), "squared_weight")]);
        return graph.Node("Reciprocal", [graph.Node("Sqrt", [graph.Sum(squares, graph.Constant(Epsilon))])]);
    }

    /// <summary>Returns 1 / √(Σ (weight · style)² + ε), [N, outChannels].</summary>
    static Tensor Demodulation(Tensor weight, Tensor styles) =>
        (styles.Square().MatMul(weight.Square().Sum([2, 3]).Transpose()) + Epsilon).Rsqrt();

    void CheckShapes(Tensor input, Tensor styles)
    {
        if (input.Rank != 4 || input.Shape[1] != InChannels || styles.Shape != [input.Shape[0], InChannels])
        {
            throw new ShapeException(
                $"ModulatedConv2d: the input must be [N, {InChannels}, H, W] and the styles [N, {InChannels}], but are {input.Shape} and "
                + $"{styles.Shape}.");
        }
    }
}
