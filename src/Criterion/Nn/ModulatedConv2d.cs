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
/// Styles scale the input and demodulation, 1 / √(Σ (weight · style)² + 1e-8), scales the output, which equals a convolution with a weight
/// for each sample. Without styles all are 1.
/// </para>
/// </remarks>
public sealed class ModulatedConv2d : Layer
{
    const double Epsilon = 1e-8;

    /// <summary>Initializes the layer.</summary>
    /// <param name="inChannels">The number of input channels.</param>
    /// <param name="outChannels">The number of output channels.</param>
    /// <param name="kernel">The size of the square kernels.</param>
    /// <param name="padding">The number of zeros on each side. Default: kernel / 2, rounded down.</param>
    /// <param name="demodulate">Whether output channels are normalized. Default: true; false is for the layer to RGB.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small.</exception>
    public ModulatedConv2d(
        int inChannels,
        int outChannels,
        int kernel,
        int? padding = null,
        bool demodulate = true,
        RandomStream? random = null,
        DType dtype = DType.Float32)
    {
        const string Layer = "ModulatedConv2d";
        int size = Require.AtLeast(1, kernel, Layer);
        (Padding, Demodulate) = (Require.AtLeast(0, padding ?? size / 2, Layer), demodulate);
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

    /// <summary>Gets whether output channels are normalized.</summary>
    public bool Demodulate { get; }

    /// <inheritdoc/>
    protected override string Description =>
        OptionText.Of([InChannels, OutChannels, Kernel], ("padding", Padding, Kernel / 2), ("demodulate", Demodulate, true));

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

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) =>
        Modulated(input, Tensor.Ones([input.Rank > 0 ? input.Shape[0] : 1, InChannels], input.DType));

    Tensor Modulated(Tensor input, Tensor styles)
    {
        CheckShapes(input, styles);
        Tensor weight = Weight * (1 / Math.Sqrt(Weight.Count / (double)OutChannels));
        Tensor output = (input * styles.Unsqueeze(-1).Unsqueeze(-1)).Conv2d(weight, null, 1, Padding);
        return Demodulate ? output * Demodulation(weight, styles).Unsqueeze(-1).Unsqueeze(-1) : output;
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
