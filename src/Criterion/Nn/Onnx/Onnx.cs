using Criterion.Formats;

namespace Criterion.Nn;

/// <summary>
/// Writes networks as ONNX, which other runtimes compute: operator set 17, one input <c>input</c> and one output <c>output</c> with any
/// batch size, all weights in the file under their names in the state.
/// </summary>
/// <remarks>
/// <para>
/// The file computes what the network computes in evaluation: dropout does nothing, batch normalization uses its running statistics. A
/// network in training mode is exported in evaluation too, and is in its mode again afterwards.
/// </para>
/// <para>
/// Every layer of the library but <see cref="ModuleList{T}"/> and <see cref="ModuleDict{T}"/>, which compute nothing, can be written. A
/// module of yours overrides <see cref="Module.ToOnnx"/>. Weights of LSTM and GRU are in ONNX's order of gates, and the weight of a
/// spectral normalization is divided by its σ and named <c>weight</c>; all others keep their layout.
/// </para>
/// <para>Source: the specification at github.com/onnx/onnx, IR version 8.</para>
/// </remarks>
/// <example><code>
/// Onnx.Write("classifier.onnx", net, [1, 28, 28]);
/// </code></example>
public static class Onnx
{
    // A protobuf message has at most 2 GiB.
    const long MostBytes = int.MaxValue;

    const string Batch = "batch";
    const int SampleBatch = 2;
    const int OtherBatch = 3;

    /// <summary>Writes a network to a file, atomically: after a failure there is no partial file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="module">The network.</param>
    /// <param name="inputShape">The shape of one input without its batch dimension: <c>[1, 28, 28]</c> for [N, 1, 28, 28].</param>
    /// <param name="inputType">The type of the input: Int64 for a network that starts with an embedding. Default: Float32.</param>
    /// <param name="overwrite">Whether an existing file is replaced. Default: false.</param>
    /// <exception cref="OnnxException">
    /// A module has no ONNX form, has hooks or weights of Float64, or the file would exceed 2 GiB. The message names it.
    /// </exception>
    /// <exception cref="ShapeException">The network does not take inputs of that shape.</exception>
    /// <exception cref="DTypeException">The network does not take inputs of that type.</exception>
    /// <exception cref="IOException">The file exists and must not be overwritten, or it cannot be written.</exception>
    public static void Write(
        string path, Module module, Shape inputShape, DType inputType = DType.Float32, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.CheckNew(path, overwrite, nameof(Onnx));
        AtomicFile.Write(path, stream => Write(stream, module, inputShape, inputType));
    }

    /// <summary>Writes a network to a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="module">The network.</param>
    /// <param name="inputShape">The shape of one input without its batch dimension: <c>[1, 28, 28]</c> for [N, 1, 28, 28].</param>
    /// <param name="inputType">The type of the input: Int64 for a network that starts with an embedding. Default: Float32.</param>
    /// <exception cref="OnnxException">
    /// A module has no ONNX form, has hooks or weights of Float64, or the file would exceed 2 GiB. The message names it.
    /// </exception>
    /// <exception cref="ShapeException">The network does not take inputs of that shape.</exception>
    /// <exception cref="DTypeException">The network does not take inputs of that type.</exception>
    public static void Write(Stream stream, Module module, Shape inputShape, DType inputType = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(module);
        ProtobufMessage model = InEvaluation(module, () => OnnxMessages.Model(Graph(module, inputShape, inputType)));
        if (model.Size > MostBytes)
        {
            throw new OnnxException($"Onnx: the file would have {model.Size} bytes, and at most {MostBytes} are allowed. "
                + "Write the parts of the network to separate files.");
        }

        model.WriteTo(stream);
    }

    static ProtobufMessage Graph(Module module, Shape inputShape, DType inputType)
    {
        OnnxGraph graph = new(module);
        Tensor sample = Tensor.Zeros([SampleBatch, .. inputShape], inputType);
        OnnxValue output = graph.Add(module, new OnnxValue(OnnxGraph.Input, sample.Shape, inputType));
        Tensor expected = module.Forward(sample);
        if (output.Shape != expected.Shape)
        {
            throw new OnnxException(
                $"Onnx: {nameof(Module.ToOnnx)} of {module.GetType().Name} declares the output {output.Shape}, but Forward returns "
                + $"{expected.Shape}. Return the value with {{ Shape = … }}.");
        }

        graph.Finish(output);
        Shape other = module.Forward(Tensor.Zeros([OtherBatch, .. inputShape], inputType)).Shape;
        return OnnxMessages.Graph(
            module.GetType().Name,
            graph.Nodes,
            graph.Initializers,
            OnnxMessages.Value(OnnxGraph.Input, inputType, [Batch, .. inputShape.Select(static size => (object)size)]),
            OnnxMessages.Value(OnnxGraph.Output, expected.DType, expected.Shape.Zip(other, Size)));
    }

    // A size of the output is fixed if it is the same for two batches.
    static object? Size(int size, int other) =>
        size == other ? size : (size, other) == (SampleBatch, OtherBatch) ? Batch : null;

    static T InEvaluation<T>(Module module, Func<T> build)
    {
        List<(Module Module, bool IsTraining)> modes = [];
        module.Visit((_, part) => modes.Add((part, part.IsTraining)));
        if (!modes.Exists(static mode => mode.IsTraining))
        {
            return WithoutGraph(build);
        }

        try
        {
            module.SetTraining(false);
            return WithoutGraph(build);
        }
        finally
        {
            // Parents come before their children, which may have another mode.
            modes.ForEach(static mode => mode.Module.SetTraining(mode.IsTraining));
        }
    }

    static T WithoutGraph<T>(Func<T> build)
    {
        using (Autograd.NoGrad())
        {
            return build();
        }
    }
}
