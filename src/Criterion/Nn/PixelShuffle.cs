namespace Criterion.Nn;

/// <summary>
/// Rearranges channels into pixels: [N, C · r², H, W] → [N, C, H · r, W · r], where channel c · r² + i · r + j becomes row i and column j
/// of each block of r×r pixels of channel c (Shi et al., 2016, sub-pixel convolution). PyTorch equivalent: <c>torch.nn.PixelShuffle</c>.
/// </summary>
public sealed class PixelShuffle : Layer
{
    /// <summary>Initializes the layer.</summary>
    /// <param name="factor">r, the factor of both sides; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
    public PixelShuffle(int factor) => Factor = Require.AtLeast(1, factor, nameof(PixelShuffle));

    /// <summary>Gets r, the factor of both sides.</summary>
    public int Factor { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Factor]);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input is not [N, C · r², H, W].</exception>
    protected override Tensor Compute(Tensor input)
    {
        (int r, Shape shape) = (Factor, OutputShape(input.Shape));
        return input.Reshape(shape[0], shape[1], r, r, input.Shape[2], input.Shape[3]).Permute(0, 1, 4, 2, 5, 3).Reshape(shape);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(input);
        return graph.Node("DepthToSpace", [input], ("blocksize", Factor), ("mode", "CRD")) with { Shape = OutputShape(input.Shape) };
    }

    Shape OutputShape(Shape input) => input.Rank == 4 && input[1] % (Factor * Factor) == 0
        ? [input[0], input[1] / (Factor * Factor), input[2] * Factor, input[3] * Factor]
        : throw new ShapeException(
            $"PixelShuffle: the input must be [N, C, H, W] with C a multiple of {Factor}² = {Factor * Factor}, but is {input}. "
            + "Change the channels of the layer before.");
}
