namespace Criterion.Nn;

/// <summary>A transposed convolution in a graph, of one or two sides.</summary>
internal sealed record OnnxConvTranspose(long[] Stride, long[] Padding, long[] OutputPadding, long[] Dilation, int Groups)
{
    public OnnxValue Add(OnnxGraph graph, OnnxValue input, OnnxValue weight, Tensor? bias) =>
        OutputPadding.Zip(Stride).All(static side => side.First < side.Second)
            ? Node(graph, [input, weight, graph.Weight(bias)], Padding, OutputPadding)
            : AddLong(graph, input, weight, bias);

    // ONNX Runtime takes an output padding below the stride alone. A longer one crops less at the end, and then adds rows that no kernel
    // reaches.
    OnnxValue AddLong(OnnxGraph graph, OnnxValue input, OnnxValue weight, Tensor? bias)
    {
        long[] end = [.. Padding.Zip(OutputPadding, static (padding, added) => Math.Max(0, padding - added))];
        long[] rows = [.. Padding.Zip(OutputPadding, static (padding, added) => Math.Max(0, added - padding))];
        OnnxValue y = Node(graph, [input, weight], end, [.. rows.Select(static _ => 0L)]);
        OnnxValue padded = graph.Node("Pad", [y, graph.Integers([0, 0, .. rows.Select(static _ => 0L), 0, 0, .. rows])]);
        return graph.Sum(padded, graph.Channels(graph.Weight(bias), input.Shape.Rank));
    }

    OnnxValue Node(OnnxGraph graph, OnnxValue?[] inputs, long[] end, long[] added) => graph.Node(
        "ConvTranspose",
        inputs,
        ("strides", Stride),
        ("pads", (long[])[.. Padding, .. end]),
        ("output_padding", added),
        ("dilations", Dilation),
        ("group", Groups));
}
