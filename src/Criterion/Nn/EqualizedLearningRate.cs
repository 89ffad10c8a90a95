using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// A layer whose weight is drawn from N(0, 1) and scaled by gain / √fan-in in every forward call, so that all weights have the same size
/// and Adam changes them at the same rate (Karras et al., 2018).
/// </summary>
/// <remarks>
/// With a multiplier m, the weight is drawn from N(0, 1) / m and both weight and bias are multiplied by m in the call: their learning rate
/// is m times that of others, as in StyleGAN's mapping network. The bias is 0 at first. The fan-in of a transposed convolution is
/// inChannels · kernel area, as in StyleGAN. Parameters by the names of StyleGAN2: weight, bias.
/// </remarks>
/// <example><code>
/// Module mapping = new EqualizedLearningRate(new Linear(512, 512), multiplier: 0.01);
/// </code></example>
public sealed class EqualizedLearningRate : Layer
{
    readonly WeightedModule _layer;

    /// <summary>Wraps a layer, whose parameters become this module's and are drawn again.</summary>
    /// <param name="layer">A linear layer or a convolution, which must not be used on its own.</param>
    /// <param name="gain">The factor of the weight; must be positive. √2 makes up for a ReLU. Default: 1.</param>
    /// <param name="multiplier">The factor of the learning rate; must be positive. Default: 1.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is not positive and finite.</exception>
    public EqualizedLearningRate(WeightedModule layer, double gain = 1, double multiplier = 1, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        (Gain, Multiplier) = (Require.Positive(gain, "EqualizedLearningRate"), Require.Positive(multiplier, "EqualizedLearningRate"));
        _layer = layer;
        Weight = Parameter("weight", Init.Normal(layer.Weight, 0, 1 / multiplier, random));
        if (layer.Bias is { } bias)
        {
            Bias = Parameter("bias", Init.Constant(bias, 0));
        }
    }

    /// <summary>Gets the weight before scaling.</summary>
    public Tensor Weight { get; }

    /// <summary>Gets the bias before scaling, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>Gets the factor of the weight.</summary>
    public double Gain { get; }

    /// <summary>Gets the factor of the learning rate.</summary>
    public double Multiplier { get; }

    double Scale => Gain / Math.Sqrt(FanIn);

    int FanIn => Weight.Count / Weight.Shape[_layer.OutputDim];

    /// <inheritdoc/>
    protected override string Description =>
        OptionText.Of([_layer.GetType().Name], ("gain", Gain, 1.0), ("multiplier", Multiplier, 1.0));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        Tensor output = _layer.Apply(input, Weight * Scale);
        return Multiplier == 1 ? output : output * Multiplier;
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxValue output = _layer.ToOnnx(graph, input, graph.Weight(Weight.Detach() * Scale, "scaled_weight"));
        return Multiplier == 1 ? output : graph.Product(output, Multiplier);
    }
}
