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
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("slope", slope, 0.01));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.LeakyRelu(slope);
}

/// <summary>Computes x above 0 and α(eˣ − 1) below.</summary>
/// <param name="alpha">α; −α is the limit for large negative x. Default: 1.</param>
public sealed class ELU(double alpha = 1) : Layer
{
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("alpha", alpha, 1.0));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Elu(alpha);
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
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("tanh", tanh, false));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Gelu(tanh);
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
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("beta", beta, 1.0));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Softplus(beta);
}

/// <summary>Computes eˣ / Σ eˣ along a dimension.</summary>
/// <param name="dim">The dimension.</param>
public sealed class Softmax(int dim) : Layer
{
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([dim]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Softmax(dim);
}

/// <summary>Computes x − ln Σ eˣ along a dimension.</summary>
/// <param name="dim">The dimension.</param>
public sealed class LogSoftmax(int dim) : Layer
{
    /// <inheritdoc/>
    protected override string Description => OptionText.Of([dim]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.LogSoftmax(dim);
}
