namespace Criterion.Nn;

// Activations as modules, for use in a Sequential. Each calls the tensor operation of its name.

/// <summary>Returns its input unchanged: a placeholder. PyTorch equivalent: <c>torch.nn.Identity</c>.</summary>
public sealed class Identity : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input;

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => input;
}

/// <summary>Computes max(x, 0).</summary>
public sealed class ReLU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Relu();

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("Relu", [input]);
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

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("LeakyRelu", [input], ("alpha", Slope));
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

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("Elu", [input], ("alpha", Alpha));
}

/// <summary>Computes the self-normalizing ELU (Klambauer et al., 2017).</summary>
public sealed class SELU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Selu();

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("Selu", [input]);
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

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue inner = Tanh
            ? graph.Node("Tanh", [graph.Product(Cubic(graph, input), Math.Sqrt(2 / Math.PI))])
            : graph.Node("Erf", [graph.Product(input, Math.Sqrt(0.5))]);
        return graph.Product(graph.Product(input, 0.5), graph.Sum(inner, graph.Constant(1)));
    }

    // x + 0.044715 x³
    static OnnxValue Cubic(OnnxGraph graph, OnnxValue x) =>
        graph.Sum(x, graph.Product(graph.Product(graph.Product(x, x), x), 0.044715));
}

/// <summary>Computes x · σ(x), also known as swish.</summary>
public sealed class SiLU : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Silu();

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Product(input, graph.Node("Sigmoid", [input]));
}

/// <summary>Computes 1 / (1 + e⁻ˣ).</summary>
public sealed class Sigmoid : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Sigmoid();

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("Sigmoid", [input]);
}

/// <summary>Computes tanh x.</summary>
public sealed class Tanh : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Tanh();

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("Tanh", [input]);
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

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) =>
        graph.Product(graph.Node("Softplus", [graph.Product(input, Beta)]), 1 / Beta);
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

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("Softmax", [input], ("axis", Dim));
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

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("LogSoftmax", [input], ("axis", Dim));
}
