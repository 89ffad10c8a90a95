using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A block of a U-Net: the channels of the input, followed by those of the body. In the state the body is named "body".</summary>
internal sealed class SkipJoin : Layer
{
    readonly Module _body;

    /// <summary>Creates a block.</summary>
    /// <param name="body">A module whose output has the batch and size of its input.</param>
    public SkipJoin(Sequential body) => _body = Child("body", body);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => Tensor.Cat([input, _body.Forward(input)], 1);

    /// <inheritdoc/>
    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue body = graph.Add(_body, input);
        Shape shape = [input.Shape[0], input.Shape[1] + body.Shape[1], .. input.Shape.Dims[2..]];
        return graph.Node("Concat", [input, body], ("axis", 1)) with { Shape = shape };
    }
}
