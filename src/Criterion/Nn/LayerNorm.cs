using Criterion.Drivers;

namespace Criterion.Nn;

/// <summary>
/// (x − mean) / √(variance + ε) · weight + bias, with statistics over the last dimensions of each sample (Ba et al., 2016). PyTorch
/// equivalent: <c>torch.nn.LayerNorm</c>.
/// </summary>
public sealed class LayerNorm : Layer
{
    /// <summary>Initializes the layer with weight 1 and bias 0.</summary>
    /// <param name="shape">The last sizes of the input, over which it is normalized: <c>[512]</c>.</param>
    /// <param name="epsilon">ε, added to the variance. Default: 1e-5.</param>
    /// <param name="affine">Whether to add a weight and a bias for each value. Default: true.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">ε is negative.</exception>
    /// <exception cref="ShapeException">The shape is <c>[]</c> or empty.</exception>
    public LayerNorm(Shape shape, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32)
    {
        if (shape.Rank == 0 || shape.Count == 0)
        {
            throw new ShapeException($"LayerNorm: the shape {shape} must have at least one dimension, and none of size 0.");
        }

        (Shape, Epsilon) = (shape, Require.NonNegative(epsilon, "LayerNorm"));
        if (affine)
        {
            Weight = Parameter("weight", Tensor.Ones(shape, dtype));
            Bias = Parameter("bias", Tensor.Zeros(shape, dtype));
        }
    }

    /// <summary>Gets the last sizes of the input, over which it is normalized.</summary>
    public Shape Shape { get; }

    /// <summary>Gets ε, which is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Gets whether the layer has a weight and a bias.</summary>
    public bool Affine => Weight is not null;

    /// <summary>Gets the factor of each normalized value, or null.</summary>
    public Tensor? Weight { get; }

    /// <summary>Gets the offset of each value, or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    protected override string Description =>
        OptionText.Of([Shape], ("epsilon", Epsilon, 1e-5), ("affine", Weight is not null, true));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input does not end in the layer's shape.</exception>
    protected override Tensor Compute(Tensor input)
    {
        if (input.Rank < Shape.Rank || !input.Shape.Dims[^Shape.Rank..].SequenceEqual(Shape.Dims))
        {
            throw new ShapeException($"LayerNorm: the last sizes of the input {input.Shape} must be {Shape}.");
        }

        NormLayout rows = new(1, input.Count / Shape.Count, Shape.Count);
        Tensor y = Normalization.Apply(input, rows, null, null, Epsilon, out _, out _);
        return Weight is null ? y : Normalization.ScaleAndShift(y, Weight, Bias!);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue weight = graph.Weight(Weight ?? Tensor.Ones(Shape), "weight");
        return graph.Node("LayerNormalization", [input, weight, graph.Weight(Bias)], ("axis", -Shape.Rank), ("epsilon", Epsilon));
    }
}
