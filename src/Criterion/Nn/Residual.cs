using Criterion.Memory;

namespace Criterion.Nn;

/// <summary>What a body adds to its input: x + body(x). In the state the body is called "body".</summary>
public sealed class Residual : Module
{
    readonly Module _body;

    /// <summary>A residual block around a body.</summary>
    /// <param name="body">A module that keeps the shape.</param>
    public Residual(Module body) => _body = Child("body", body);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The body changed the shape.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ScopeSection activations = ScopeSection.Begin();
        Tensor change = _body.Forward(input);
        Tensor output = change.Shape == input.Shape
            ? input + change
            : throw new ShapeException($"Residual: the body made {change.Shape} of {input.Shape}, which can't be added to it. Pad its convolutions so that the shape stays.");
        activations.ReleaseInput(change.Storage, output.Storage, GetType());
        return output;
    }
}
