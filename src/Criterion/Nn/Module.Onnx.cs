namespace Criterion.Nn;

public abstract partial class Module
{
    /// <summary>
    /// Describes what <see cref="Forward"/> computes in evaluation as nodes of an ONNX graph, for <see cref="Onnx"/>. Override it in a
    /// module of yours; a child is described by <see cref="OnnxGraph.Add"/>.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The input of the module in it.</param>
    /// <returns>The output.</returns>
    /// <exception cref="OnnxException">The module does not override it, or its options have no ONNX form.</exception>
    protected internal virtual OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        throw new OnnxException(
            $"Onnx: {graph.Describe(this)} has no ONNX form. Override {nameof(ToOnnx)} in {GetType().Name}, or write the other parts of "
            + "the network alone.");
    }
}
