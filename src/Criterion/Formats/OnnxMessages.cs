namespace Criterion.Formats;

/// <summary>The messages of an ONNX file. Field numbers and enumerations are those of <c>onnx.proto</c>, IR version 8.</summary>
internal static class OnnxMessages
{
    /// <summary>The version of the default operator set.</summary>
    public const int OperatorSet = 17;

    const int IrVersion = 8;

    /// <summary>Describes a file with one graph.</summary>
    public static ProtobufMessage Model(ProtobufMessage graph) => new ProtobufMessage()
        .Add(1, IrVersion)
        .Add(2, "Criterion")
        .Add(3, typeof(Tensor).Assembly.GetName().Version?.ToString(3) ?? "")
        .Add(7, graph)
        .Add(8, new ProtobufMessage().Add(1, "").Add(2, OperatorSet));

    /// <summary>Describes a graph with one input and one output.</summary>
    public static ProtobufMessage Graph(
        string name,
        IEnumerable<ProtobufMessage> nodes,
        IEnumerable<ProtobufMessage> initializers,
        ProtobufMessage input,
        ProtobufMessage output) => new ProtobufMessage()
        .Add(1, nodes)
        .Add(2, name)
        .Add(5, initializers)
        .Add(11, input)
        .Add(12, output);

    /// <summary>Describes a node with one output, which has the name of the node; an absent optional input has the name "".</summary>
    public static ProtobufMessage Node(
        string type, string name, string output, ReadOnlySpan<string> inputs, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        ProtobufMessage node = new();
        foreach (string input in inputs)
        {
            node.Add(1, input);
        }

        node.Add(2, output).Add(3, name).Add(4, type);
        foreach ((string key, object value) in attributes)
        {
            node.Add(5, Attribute(key, value));
        }

        return node;
    }

    /// <summary>Describes a constant tensor.</summary>
    public static ProtobufMessage Initializer(string name, Tensor tensor) => new ProtobufMessage()
        .Add(1, Sizes(tensor.Shape))
        .Add(2, TypeOf(tensor.DType))
        .Add(8, name)
        .Add(9, (long)tensor.Count * tensor.DType.Size(), stream => StoredType.Write(stream, tensor));

    /// <summary>Describes an input or output of a graph.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dtype">Its element type.</param>
    /// <param name="sizes">Its sizes: a number, the name of a variable, or null for any.</param>
    public static ProtobufMessage Value(string name, DType dtype, IEnumerable<object?> sizes)
    {
        ProtobufMessage shape = new ProtobufMessage().Add(1, sizes.Select(Size));
        ProtobufMessage tensor = new ProtobufMessage().Add(1, TypeOf(dtype)).Add(2, shape);
        return new ProtobufMessage().Add(1, name).Add(2, new ProtobufMessage().Add(1, tensor));
    }

    static ProtobufMessage Size(object? size) => size switch
    {
        int number => new ProtobufMessage().Add(1, number),
        string variable => new ProtobufMessage().Add(2, variable),
        _ => new ProtobufMessage(),
    };

    static ProtobufMessage Attribute(string name, object value)
    {
        ProtobufMessage attribute = new ProtobufMessage().Add(1, name);
        return value switch
        {
            double number => attribute.Add(2, (float)number).Add(20, 1),
            int number => attribute.Add(3, number).Add(20, 2),
            string text => attribute.Add(4, text).Add(20, 3),
            long[] numbers => attribute.Add(8, numbers).Add(20, 7),
            _ => throw new ArgumentException(
                $"OnnxGraph: the attribute '{name}' is {value?.GetType().Name ?? "null"}. Give an int, a double, a string or a long[]."),
        };
    }

    static int TypeOf(DType dtype) => dtype switch
    {
        DType.Float32 => 1,
        DType.UInt8 => 2,
        DType.Int64 => 7,
        DType.Bool => 9,
        _ => 11,
    };

    static long[] Sizes(Shape shape) => [.. shape.Select(static size => (long)size)];
}
