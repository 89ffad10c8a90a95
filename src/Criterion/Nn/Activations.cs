namespace Criterion.Nn;

// Activations as modules, for use in a Sequential. Each calls the tensor operation of its name.

/// <summary>Returns its input unchanged: a placeholder. PyTorch equivalent: <c>torch.nn.Identity</c>.</summary>
public sealed class Identity : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input;
}

/// <summary>Computes max(x, 0).</summary>
public sealed class ReLU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Relu();
}

/// <summary>Computes x above 0 and slope · x below.</summary>
/// <param name="slope">The slope below 0. Default: 0.01.</param>
public sealed class LeakyReLU(double slope = 0.01) : Layer
{
    /// <summary>Gets the slope below 0.</summary>
    public double Slope { get; } = slope;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("slope", Slope, 0.01));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.LeakyRelu(Slope);
}

/// <summary>Computes x above 0 and α(eˣ − 1) below.</summary>
/// <param name="alpha">α; −α is the limit for large negative x. Default: 1.</param>
public sealed class ELU(double alpha = 1) : Layer
{
    /// <summary>Gets α; −α is the limit for large negative x.</summary>
    public double Alpha { get; } = alpha;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("alpha", Alpha, 1.0));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Elu(Alpha);
}

/// <summary>Computes the self-normalizing ELU (Klambauer et al., 2017).</summary>
public sealed class SELU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Selu();
}

/// <summary>Computes x · Φ(x), Φ the normal distribution function.</summary>
/// <param name="tanh">Whether to use the tanh approximation. Default: false.</param>
public sealed class GELU(bool tanh = false) : Layer
{
    /// <summary>Gets whether the tanh approximation is used.</summary>
    public bool Tanh { get; } = tanh;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("tanh", Tanh, false));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Gelu(Tanh);
}

/// <summary>Computes x · σ(x), also known as swish.</summary>
public sealed class SiLU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Silu();
}

/// <summary>Computes 1 / (1 + e⁻ˣ).</summary>
public sealed class Sigmoid : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Sigmoid();
}

/// <summary>Computes tanh x.</summary>
public sealed class Tanh : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Tanh();
}

/// <summary>Computes ln(1 + e^(βx)) / β. Exact for any x, whereas PyTorch's returns x above a threshold.</summary>
/// <param name="beta">β, the sharpness. Default: 1.</param>
public sealed class Softplus(double beta = 1) : Layer
{
    /// <summary>Gets β, the sharpness.</summary>
    public double Beta { get; } = beta;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("beta", Beta, 1.0));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Softplus(Beta);
}

/// <summary>Computes eˣ / Σ eˣ along a dimension.</summary>
/// <param name="dim">The dimension.</param>
public sealed class Softmax(int dim) : Layer
{
    /// <summary>Gets the dimension.</summary>
    public int Dim { get; } = dim;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Dim]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Softmax(Dim);
}

/// <summary>Computes x − ln Σ eˣ along a dimension.</summary>
/// <param name="dim">The dimension.</param>
public sealed class LogSoftmax(int dim) : Layer
{
    /// <summary>Gets the dimension.</summary>
    public int Dim { get; } = dim;

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Dim]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.LogSoftmax(Dim);
}
