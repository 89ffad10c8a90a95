namespace Criterion.Nn;

/// <summary>A layer that multiplies its input by a weight and adds a bias, which <see cref="SpectralNorm"/> can wrap.</summary>
public abstract class WeightedModule : Layer
{
    /// <summary>Initializes weight and bias as PyTorch does: uniform within ±1/√fan-in.</summary>
    private protected WeightedModule(Shape weight, int outputs, bool bias, RandomStream? random, DType dtype)
    {
        Weight = Parameter("weight", Init.KaimingUniform(Tensor.Empty(weight, dtype), Math.Sqrt(5), random: random));
        if (bias)
        {
            double bound = 1 / Math.Sqrt(Math.Max(1, Init.Fans(weight).In));
            Bias = Parameter("bias", Init.Uniform(Tensor.Empty([outputs], dtype), -bound, bound, random));
        }
    }

    /// <summary>Gets the weight.</summary>
    public Tensor Weight { get; }

    /// <summary>Gets the bias, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>Gets the dimension of the weight that corresponds to the outputs.</summary>
    internal virtual int OutputDim => 0;

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor input) => Apply(input, Weight);

    /// <inheritdoc/>
    protected internal sealed override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return ToOnnx(graph, input, graph.Weight(Weight));
    }

    /// <summary>Computes the layer with another weight.</summary>
    internal abstract Tensor Apply(Tensor input, Tensor weight);

    /// <summary>Describes the layer with another weight.</summary>
    internal abstract OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue weight);
}
