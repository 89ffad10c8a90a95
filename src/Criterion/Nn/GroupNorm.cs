using Criterion.Drivers;

namespace Criterion.Nn;

/// <summary>
/// (x − mean) / √(variance + ε) · weight + bias for [N, C, ..], with statistics over each group of channels of each sample (Wu and He,
/// 2018). PyTorch equivalent: <c>torch.nn.GroupNorm</c>.
/// </summary>
public sealed class GroupNorm : Layer
{
    /// <summary>Initializes the layer with weight 1 and bias 0.</summary>
    /// <param name="groups">The number of groups.</param>
    /// <param name="channels">The number C of channels, a multiple of the groups.</param>
    /// <param name="epsilon">ε, added to the variance. Default: 1e-5.</param>
    /// <param name="affine">Whether to add a weight and a bias for each channel. Default: true.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">The channels are not a multiple of the groups, or ε is negative.</exception>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32)
    {
        Require.AtLeast(1, groups, "GroupNorm");
        ConvOptions.CheckChannels(channels, groups, "GroupNorm");
        (Groups, Channels, Epsilon) = (groups, channels, Require.NonNegative(epsilon, "GroupNorm"));
        if (affine)
        {
            Weight = Parameter("weight", Tensor.Ones([channels], dtype));
            Bias = Parameter("bias", Tensor.Zeros([channels], dtype));
        }
    }

    /// <summary>Gets the number of groups.</summary>
    public int Groups { get; }

    /// <summary>Gets the number C of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets ε, which is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Gets whether the layer has a weight and a bias.</summary>
    public bool Affine => Weight is not null;

    /// <summary>Gets the factor of each normalized channel, [C], or null.</summary>
    public Tensor? Weight { get; }

    /// <summary>Gets the offset of each channel, [C], or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    protected override string Description =>
        OptionText.Of([Groups, Channels], ("epsilon", Epsilon, 1e-5), ("affine", Weight is not null, true));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input does not match.</exception>
    protected override Tensor Compute(Tensor input)
    {
        if (input.Rank < 2 || input.Shape[1] != Channels || input.Count == 0)
        {
            throw new ShapeException($"GroupNorm: the input must be [N, C, ..] with C = {Channels} and not empty, but is {input.Shape}.");
        }

        int samples = input.Shape[0];
        NormLayout groups = new(1, samples * Groups, input.Count / (samples * Groups));
        Tensor y = Normalization.Apply(input, groups, null, null, Epsilon, out _, out _);
        return Weight is null
            ? y
            : Normalization.ScaleAndShift(
                y.Reshape(samples, Channels, -1), Normalization.Channels(Weight), Normalization.Channels(Bias!)).Reshape(input.Shape);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(input);
        OnnxValue y = graph.Node(
            "InstanceNormalization",
            [graph.Reshape(input, 0, Groups, -1), graph.Weight(Tensor.Ones(Groups)), graph.Weight(Tensor.Zeros(Groups))],
            ("epsilon", Epsilon));
        OnnxValue shaped = graph.Reshape(y, [0, Channels, .. input.Shape.Skip(2).Select(static size => (long)size)]);
        return graph.ScaleAndShift(shaped with { Shape = input.Shape }, Weight, Bias);
    }
}
