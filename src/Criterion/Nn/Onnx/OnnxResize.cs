namespace Criterion.Nn;

/// <summary>Resizing of images [N, C, H, W] in a graph. The shapes of the results are not set.</summary>
internal static class OnnxResize
{
    /// <summary>Resizes to the nearest pixel, rounded down.</summary>
    public static OnnxValue UpsampleNearest(this OnnxGraph graph, OnnxValue x, Size2 size)
    {
        (int height, int width) = (x.Shape[2], x.Shape[3]);
        if (size.Height % height == 0 && size.Width % width == 0)
        {
            OnnxValue scales = graph.Weight(Tensor.From<float>(1, 1, size.Height / height, size.Width / width));
            return graph.Node(
                "Resize",
                [x, null, scales],
                ("mode", "nearest"),
                ("coordinate_transformation_mode", "asymmetric"),
                ("nearest_mode", "floor"));
        }

        // A fractional factor in Float32 could round to the neighbour.
        Tensor rows = Tensor.Arange(height).Reshape(1, 1, height, 1).UpsampleNearest2d((size.Height, 1)).Flatten();
        Tensor columns = Tensor.Arange(width).Reshape(1, 1, 1, width).UpsampleNearest2d((1, size.Width)).Flatten();
        OnnxValue selected = graph.Node("Gather", [x, graph.Weight(rows)], ("axis", 2));
        return graph.Node("Gather", [selected, graph.Weight(columns)], ("axis", 3));
    }

    /// <summary>Resizes by linear interpolation along both sides.</summary>
    public static OnnxValue UpsampleBilinear(this OnnxGraph graph, OnnxValue x, Size2 size, bool alignCorners)
    {
        OnnxValue batchAndChannels = graph.Node("Shape", [x], ("start", 0), ("end", 2));
        OnnxValue sizes = graph.Node("Concat", [batchAndChannels, graph.Integers(size.Pair())], ("axis", 0));
        return graph.Node(
            "Resize",
            [x, null, null, sizes],
            ("mode", "linear"),
            ("coordinate_transformation_mode", alignCorners ? "align_corners" : "half_pixel"));
    }
}
