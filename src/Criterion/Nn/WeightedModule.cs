namespace Criterion.Nn;

/// <summary>A layer that multiplies its input by a weight and adds a bias: what <see cref="SpectralNorm"/> can wrap.</summary>
public abstract class WeightedModule : Module
{
    /// <summary>Draws weight and bias as PyTorch does: uniform within ±1/√fan-in.</summary>
    private protected WeightedModule(Shape weight, int outputs, bool bias, RandomStream? random, DType dtype)
    {
        Weight = Parameter("weight", Init.KaimingUniform(Tensor.Empty(weight, dtype), Math.Sqrt(5), random: random));
        if (bias)
        {
            double bound = 1 / Math.Sqrt(Math.Max(1, Init.Fans(weight).In));
            Bias = Parameter("bias", Init.Uniform(Tensor.Empty([outputs], dtype), -bound, bound, random));
        }
    }

    /// <summary>What the input is multiplied by.</summary>
    public Tensor Weight { get; }

    /// <summary>What is added to each output, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The dimension of the weight along which the outputs lie.</summary>
    internal virtual int OutputDim => 0;

    /// <inheritdoc/>
    public sealed override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Apply(input, Weight);
    }

    /// <summary>The layer with another weight in the place of its own.</summary>
    internal abstract Tensor Apply(Tensor input, Tensor weight);
}
