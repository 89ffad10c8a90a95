using System.Diagnostics.CodeAnalysis;
using Criterion.Formats;

namespace Criterion.Nn;

/// <summary>
/// An ONNX graph to which the modules of a network add their nodes: <see cref="Module.ToOnnx"/> describes a module by
/// <see cref="Node"/>, <see cref="Weight"/> and, for its children, <see cref="Add"/>. The operators are those of opset 17.
/// </summary>
/// <example><code>
/// protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) =&gt;
///     graph.Node("Add", [input, graph.Node("Relu", [graph.Add(_conv, input)])]);
/// </code></example>
public sealed class OnnxGraph
{
    internal const string Input = "input";
    internal const string Output = "output";

    readonly Dictionary<TensorMemory, string> _stateNames = [];
    readonly Dictionary<Module, string> _paths = [];
    readonly Dictionary<TensorMemory, OnnxValue> _weights = [];
    readonly HashSet<string> _names = [Input, Output];
    readonly List<ProtobufMessage> _nodes = [];
    readonly List<ProtobufMessage> _initializers = [];
    string _path = "";

    internal OnnxGraph(Module root)
    {
        root.Visit((path, module) => _paths.TryAdd(module, path));
        foreach ((string name, Tensor value) in root.NamedParameters().Concat(root.NamedBuffers()))
        {
            _stateNames.TryAdd(TensorMemory.Of(value), name);
        }
    }

    internal IReadOnlyList<ProtobufMessage> Nodes => _nodes;

    internal IReadOnlyList<ProtobufMessage> Initializers => _initializers;

    /// <summary>Adds the nodes of a module, such as a child of the present one.</summary>
    /// <param name="module">The module.</param>
    /// <param name="input">Its input.</param>
    /// <returns>Its output.</returns>
    /// <exception cref="OnnxException">The module has no ONNX form, or has hooks.</exception>
    public OnnxValue Add(Module module, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(input);
        string outer = _path;
        _path = _paths.GetValueOrDefault(module, outer);
        if (module is Layer { HasHooks: true })
        {
            throw new OnnxException(
                $"Onnx: {Describe(module)} has hooks, which a file cannot contain. Dispose their handles first, and add them again after.");
        }

        OnnxValue output = module.ToOnnx(this, input)
            ?? throw new OnnxException($"Onnx: {nameof(Module.ToOnnx)} of {Describe(module)} returned null. Return its output.");

        // A module without children declares no shapes: it computes them.
        if (!module.Children().Any())
        {
            Tensor sample = module.Forward(Tensor.Zeros(input.Shape, input.DType));
            output = output with { Shape = sample.Shape, DType = sample.DType };
        }

        _path = outer;
        return output;
    }

    /// <summary>Adds a node.</summary>
    /// <param name="type">The operator of the default domain, such as <c>Relu</c>.</param>
    /// <param name="inputs">The inputs in the operator's order; null for an optional one that is absent.</param>
    /// <param name="attributes">The attributes by name: <c>int</c>, <c>double</c>, <c>string</c> or <c>long[]</c>.</param>
    /// <returns>
    /// The first output, with the shape and type of the first input; set others by <c>with { Shape = … }</c> where a module with children
    /// reads them. For a module without children they are computed.
    /// </returns>
    /// <exception cref="ArgumentException">There is no first input, or an attribute has another type.</exception>
    public OnnxValue Node(
        string type, ReadOnlySpan<OnnxValue?> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        if (inputs.IsEmpty || inputs[0] is not { } first)
        {
            throw new ArgumentException($"OnnxGraph.Node: the node '{type}' has no first input. Give one.", nameof(inputs));
        }

        // Absent inputs at the end are left out.
        string[] names = [.. inputs.TrimEnd((OnnxValue?)null).ToArray().Select(static value => value?.Name ?? "")];
        string name = Unique(_path + type);
        _nodes.Add(OnnxMessages.Node(type, name, name, names, attributes));
        return new OnnxValue(name, first.Shape, first.DType);
    }

    /// <summary>Adds a weight or another constant; a parameter or buffer of the network once, under its name in the state.</summary>
    /// <param name="tensor">The values, or null for an optional input that is absent.</param>
    /// <param name="name">The name, below that of the module, of a tensor that is not in the state. Default: constant.</param>
    /// <returns>The value, or null for null.</returns>
    /// <exception cref="OnnxException">The values are Float64.</exception>
    [return: NotNullIfNotNull(nameof(tensor))]
    public OnnxValue? Weight(Tensor? tensor, string name = "constant")
    {
        if (tensor is null)
        {
            return null;
        }

        TensorMemory memory = TensorMemory.Of(tensor);
        string known = _stateNames.GetValueOrDefault(memory, _path + name);
        if (tensor.DType == DType.Float64)
        {
            throw new OnnxException(
                $"Onnx: '{known}' is Float64, and few runtimes compute ONNX in it. Convert the network with .To(DType.Float32) first.");
        }

        if (!_weights.TryGetValue(memory, out OnnxValue? value))
        {
            value = new OnnxValue(Unique(known), tensor.Shape, tensor.DType);
            _weights.Add(memory, value);
            _initializers.Add(OnnxMessages.Initializer(value.Name, tensor.Detach().Contiguous()));
        }

        return value;
    }

    /// <summary>Adds a number, Float32 [].</summary>
    public OnnxValue Constant(double value) => Weight(Tensor.Full([], value));

    /// <summary>Adds integers, such as sizes or axes, Int64 [n].</summary>
    public OnnxValue Integers(params ReadOnlySpan<long> values) => Weight(Tensor.From(values, [values.Length]));

    /// <summary>
    /// Resizes images by a linear function that treats rows and columns separately, such as an interpolation with antialiasing: as a matrix
    /// along each side.
    /// </summary>
    /// <param name="images">The images, [N, C, H, W].</param>
    /// <param name="size">The height and width of the result.</param>
    /// <param name="resize">Resizes images [1, 1, H, W] to a size; a side that keeps its length must not change.</param>
    /// <returns>The result, [N, C, size].</returns>
    public OnnxValue Resize(OnnxValue images, Size2 size, Func<Tensor, Size2, Tensor> resize)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(resize);
        (int height, int width) = (images.Shape[2], images.Shape[3]);
        Tensor rows = resize(Identity(height), (size.Height, height)).Reshape(size.Height, height);
        Tensor columns = resize(Identity(width), (width, size.Width)).Reshape(width, size.Width);
        OnnxValue narrowed = Node("MatMul", [images, Weight(columns)]);
        return Node("MatMul", [Weight(rows), narrowed]) with { Shape = [.. images.Shape.Dims[..2], size.Height, size.Width] };
    }

    /// <summary>Adds the node that names a value as the output of the graph.</summary>
    internal void Finish(OnnxValue value) => _nodes.Add(OnnxMessages.Node("Identity", Output, Output, [value.Name], []));

    /// <summary>Returns the type of a module, with its name in the network if it has one.</summary>
    internal string Describe(Module module) =>
        _path.Length == 0 ? module.GetType().Name : $"{module.GetType().Name} '{_path.TrimEnd('.')}'";

    static Tensor Identity(int side) => Tensor.Eye(side).Reshape(1, 1, side, side);

    string Unique(string name)
    {
        string unique = name;
        for (int i = 2; !_names.Add(unique); i++)
        {
            unique = $"{name}_{i}";
        }

        return unique;
    }
}
