using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// Divides each pixel by the root mean square of its channels: x / √(mean over channels of x² + ε) (Karras et al., 2018).
/// </summary>
/// <remarks>Input [N, C, ..]; the output has the same shape. It has no parameters. A pixel of zeros stays 0.</remarks>
public sealed class PixelNorm : Layer
{
    /// <summary>Initializes the layer.</summary>
    /// <param name="epsilon">Added to the mean square; must be positive. Default: 1e-8.</param>
    /// <exception cref="ArgumentOutOfRangeException">ε is not positive and finite.</exception>
    public PixelNorm(double epsilon = 1e-8) => Epsilon = Require.Positive(epsilon, "PixelNorm");

    /// <summary>Gets ε, which is added to the mean square.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([], ("epsilon", Epsilon, 1e-8));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input has no channels.</exception>
    protected override Tensor Compute(Tensor input) => input.Rank >= 2
        ? input * (input.Square().Mean(1, keepDim: true) + Epsilon).Rsqrt()
        : throw new ShapeException(
            $"PixelNorm: the input must be [N, C, ..], but is {input.Shape}. Add the batch dimension with Unsqueeze(0).");

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue meanSquare = graph.Node("ReduceMean", [graph.Product(input, input)], ("axes", (long[])[1]));
        return graph.Node("Div", [input, graph.Node("Sqrt", [graph.Sum(meanSquare, graph.Constant(Epsilon))])]);
    }
}
