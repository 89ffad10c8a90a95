using Criterion.Memory;

namespace Criterion.Nn;

/// <summary>A residual block: x + body(x). In the state the body is named "body".</summary>
public sealed class Residual : Layer
{
    readonly Module _body;

    /// <summary>Initializes a residual block.</summary>
    /// <param name="body">A module whose output has the shape of its input.</param>
    public Residual(Module body) => _body = Child("body", body);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The output of the body has another shape.</exception>
    protected override Tensor Compute(Tensor input)
    {
        ScopeSection activations = ScopeSection.Begin();
        Tensor change = _body.Forward(input);
        Tensor output = change.Shape == input.Shape
            ? input + change
            : throw new ShapeException(
                $"Residual: the output {change.Shape} of the body and its input {input.Shape} differ in shape. Pad its convolutions.");
        activations.ReleaseInput(change.Storage, output.Storage, GetType());
        return output;
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("Add", [input, graph.Add(_body, input)]);
}
