namespace Criterion.Nn;

/// <summary>A tensor in an ONNX graph: the input, a weight, or the output of a node. <c>with</c> sets a shape that differs.</summary>
public sealed record OnnxValue
{
    internal OnnxValue(string name, Shape shape, DType dtype) => (Name, Shape, DType) = (name, shape, dtype);

    /// <summary>Gets the name in the graph.</summary>
    public string Name { get; }

    /// <summary>
    /// Gets the shape. The size of the batch is a placeholder: a graph accepts any. A <c>Reshape</c> must copy it (0) or infer it (−1).
    /// </summary>
    public Shape Shape { get; init; }

    /// <summary>Gets the element type.</summary>
    public DType DType { get; init; }
}
