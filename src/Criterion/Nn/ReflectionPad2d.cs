namespace Criterion.Nn;

/// <summary>
/// Pads images by reflection without repeating the border: [N, C, H, W] → [N, C, H + 2p, W + 2p]. PyTorch equivalent:
/// <c>torch.nn.ReflectionPad2d</c>.
/// </summary>
/// <param name="padding">p, the width on each side; must be less than the height and width of the image.</param>
public sealed class ReflectionPad2d(int padding) : Layer
{
    /// <summary>Gets p, the width on each side.</summary>
    public int Padding { get; } = Require.AtLeast(0, padding, "ReflectionPad2d");

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Padding]);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        return input.PadReflect([Padding, Padding, Padding, Padding]);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) =>
        graph.Node("Pad", [input, graph.Integers(0, 0, Padding, Padding, 0, 0, Padding, Padding)], ("mode", "reflect"));
}
