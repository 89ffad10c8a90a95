using Criterion.Nn;
using Microsoft.ML.OnnxRuntime;

namespace Criterion.Tests.Nn;

/// <summary>A network as ONNX Runtime computes it.</summary>
internal sealed class OnnxSession : IDisposable
{
    /// <summary>The reason why ONNX Runtime does not load, or null.</summary>
    public static readonly Lazy<string?> Problem = new(LoadingProblem);

    readonly InferenceSession _session;

    public OnnxSession(byte[] model)
    {
        Assert.SkipWhen(Problem.Value is not null, $"ONNX Runtime does not load here: {Problem.Value}");
        using SessionOptions options = new() { IntraOpNumThreads = 1 };
        _session = new InferenceSession(model, options);
    }

    /// <summary>The sizes of the input: −1 for any.</summary>
    public int[] InputSizes => _session.InputMetadata["input"].Dimensions;

    /// <summary>The sizes of the output: −1 for any.</summary>
    public int[] OutputSizes => _session.OutputMetadata["output"].Dimensions;

    /// <summary>The names of variable sizes of the output.</summary>
    public string[] OutputVariables => _session.OutputMetadata["output"].SymbolicDimensions;

    public static byte[] Model(Module module, Shape inputShape, DType inputType = DType.Float32)
    {
        using MemoryStream stream = new();
        Onnx.Write(stream, module, inputShape, inputType);
        return stream.ToArray();
    }

    public Tensor Run(Tensor input)
    {
        long[] sizes = [.. input.Shape.Select(static size => (long)size)];
        using OrtValue value = input.DType == DType.Int64
            ? OrtValue.CreateTensorValueFromMemory(input.ToArray<long>(), sizes)
            : OrtValue.CreateTensorValueFromMemory(input.ToArray<float>(), sizes);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(run, ["input"], [value], ["output"]);
        Shape shape = [.. results[0].GetTensorTypeAndShape().Shape.Select(static size => (int)size)];
        return Tensor.From(results[0].GetTensorDataAsSpan<float>(), shape);
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Asserts that ONNX Runtime computes what a network computes in evaluation.</summary>
    /// <param name="module">The network.</param>
    /// <param name="inputShape">The shape of one input.</param>
    /// <param name="tolerance">The largest difference, relative to the largest output if that is above 1.</param>
    /// <param name="inputs">Creates a batch of inputs. Default: normal random numbers.</param>
    /// <param name="batches">The sizes of batches.</param>
    /// <returns>The largest relative difference.</returns>
    public static double AssertAgrees(
        Module module, Shape inputShape, double tolerance = 1e-5, Func<Shape, Tensor>? inputs = null, params int[] batches)
    {
        inputs ??= static shape => Tensor.Randn(shape, random: new RandomStream(5));
        DType type = inputs([1, .. inputShape]).DType;
        using OnnxSession session = new(Model(module, inputShape, type));
        module.Eval();
        double worst = 0;
        foreach (int batch in batches is [] ? [1, 5] : batches)
        {
            Tensor input = inputs([batch, .. inputShape]);
            using Autograd.GradMode none = Autograd.NoGrad();
            Tensor expected = module.Forward(input);
            Tensor actual = session.Run(input);
            Assert.Equal(expected.Shape, actual.Shape);
            double scale = Math.Max(1, expected.Abs().Max().Item());
            double difference = (expected - actual).Abs().Max().Item() / scale;
            Assert.True(difference <= tolerance, $"{module}: batch {batch} differs by {difference}");
            worst = Math.Max(worst, difference);
        }

        return worst;
    }

    static string? LoadingProblem()
    {
        try
        {
            return OrtEnv.Instance().GetVersionString() is { Length: > 0 } ? null : "no version";
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException
            or EntryPointNotFoundException)
        {
            return (e.InnerException ?? e).Message;
        }
    }
}
