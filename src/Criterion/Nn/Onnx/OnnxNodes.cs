namespace Criterion.Nn;

/// <summary>Short forms of nodes that several layers add. The shapes of their results are not set.</summary>
internal static class OnnxNodes
{
    public static OnnxValue Sum(this OnnxGraph graph, OnnxValue x, OnnxValue? y) => y is null ? x : graph.Node("Add", [x, y]);

    public static OnnxValue Product(this OnnxGraph graph, OnnxValue x, OnnxValue y) => graph.Node("Mul", [x, y]);

    public static OnnxValue Product(this OnnxGraph graph, OnnxValue x, double factor) => graph.Product(x, graph.Constant(factor));

    /// <summary>Reshapes: 0 copies a size, −1 infers one.</summary>
    public static OnnxValue Reshape(this OnnxGraph graph, OnnxValue x, params ReadOnlySpan<long> sizes) =>
        graph.Node("Reshape", [x, graph.Integers(sizes)]);

    public static OnnxValue Permute(this OnnxGraph graph, OnnxValue x, params long[] order) =>
        graph.Node("Transpose", [x], ("perm", order));

    /// <summary>Computes x · weightᵀ + bias over the last dimension.</summary>
    public static OnnxValue Affine(this OnnxGraph graph, OnnxValue x, OnnxValue weight, OnnxValue? bias) => x.Shape.Rank == 2
        ? graph.Node("Gemm", [x, weight, bias], ("transB", 1))
        : graph.Sum(graph.Node("MatMul", [x, graph.Permute(weight, 1, 0)]), bias);

    /// <summary>Computes x · weight + bias, each [C] or null, for x [N, C, ..].</summary>
    public static OnnxValue ScaleAndShift(this OnnxGraph graph, OnnxValue x, Tensor? weight, Tensor? bias) => weight is null
        ? x
        : graph.Sum(
            graph.Product(x, graph.Channels(graph.Weight(weight), x.Shape.Rank)), graph.Channels(graph.Weight(bias), x.Shape.Rank));

    /// <summary>Reshapes [C] to [C, 1, ..], which is broadcast to [N, C, ..] of a rank.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(channels))]
    public static OnnxValue? Channels(this OnnxGraph graph, OnnxValue? channels, int rank)
    {
        long[] axes = [.. Enumerable.Range(1, rank - 2).Select(static axis => (long)axis)];
        return channels is null || axes.Length == 0 ? channels : graph.Node("Unsqueeze", [channels, graph.Integers(axes)]);
    }

    /// <summary>Divides x less its mean along dimensions by its standard deviation.</summary>
    public static OnnxValue Standardize(this OnnxGraph graph, OnnxValue x, double epsilon, params long[] axes)
    {
        OnnxValue centred = graph.Node("Sub", [x, graph.Node("ReduceMean", [x], ("axes", axes))]);
        OnnxValue variance = graph.Node("ReduceMean", [graph.Product(centred, centred)], ("axes", axes));
        return graph.Node("Div", [centred, graph.Node("Sqrt", [graph.Sum(variance, graph.Constant(epsilon))])]);
    }

    /// <summary>Divides vectors along the last dimension by their norms; a vector of zeros is left as it is.</summary>
    public static OnnxValue UnitRows(this OnnxGraph graph, OnnxValue x)
    {
        const double Smallest = 1.17549435e-38; // normal number of Float32
        OnnxValue norm = graph.Node("ReduceL2", [x], ("axes", (long[])[-1]));
        return graph.Node("Div", [x, graph.Node("Max", [norm, graph.Constant(Smallest)])]);
    }

    /// <summary>Returns height and width as attributes have them.</summary>
    public static long[] Pair(this Size2 size) => [size.Height, size.Width];

    /// <summary>Returns the padding of both sides as attributes have it: top, left, bottom, right.</summary>
    public static long[] Borders(this Size2 padding) => [padding.Height, padding.Width, padding.Height, padding.Width];
}
