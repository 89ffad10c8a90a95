namespace Criterion.Nn;

/// <summary>A border that mirrors the image without its edge: [N, C, H, W] → [N, C, H + 2p, W + 2p]. PyTorch equivalent: <c>torch.nn.ReflectionPad2d</c>.</summary>
/// <param name="padding">p, the width of the border on each side; less than the image is high and wide.</param>
public sealed class ReflectionPad2d(int padding) : Module
{
    readonly int _padding = Require.AtLeast(0, padding, "ReflectionPad2d");

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.PadReflect([_padding, _padding, _padding, _padding]);
    }
}
