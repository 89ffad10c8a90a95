using System.Text;
using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Names, modes, shapes and errors of ONNX files.</summary>
public sealed class OnnxTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Weights_have_the_names_and_bytes_of_the_state()
    {
        Sequential net = [new Conv2d(1, 2, 3), new BatchNorm2d(2), new Flatten(), new SpectralNorm(new Linear(8, 3))];
        byte[] model = OnnxSession.Model(net, [1, 4, 4]);

        string text = Encoding.Latin1.GetString(model);
        string[] names = ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "3.weight", "3.bias"];
        Assert.All(names, name => Assert.Contains($"{(char)0x42}{(char)name.Length}{name}", text, StringComparison.Ordinal));
        Assert.DoesNotContain("num_batches_tracked", text, StringComparison.Ordinal);
        byte[] weights = System.Runtime.InteropServices.MemoryMarshal.AsBytes(((Conv2d)net[0]).Weight.ToArray<float>().AsSpan()).ToArray();
        Assert.True(model.AsSpan().IndexOf(weights) > 0);
    }

    [Fact]
    public void A_file_has_the_same_bytes_each_time() => Assert.Equal(OnnxSession.Model(Tied(), [3]), OnnxSession.Model(Tied(), [3]));

    [Fact]
    public void A_shared_weight_is_stored_once()
    {
        Linear shared = new(100, 100);
        int one = OnnxSession.Model(new Sequential(shared), [100]).Length;
        int two = OnnxSession.Model(new Sequential(shared, new ReLU(), shared), [100]).Length;
        Assert.InRange(two - one, 1, 300);
        OnnxSession.AssertAgrees(new Sequential(shared, new ReLU(), shared), [100]);
    }

    [Fact]
    public void Only_the_batch_is_variable()
    {
        using OnnxSession images = new(OnnxSession.Model(new Conv2d(3, 4, 3), [3, 8, 9]));
        Assert.Equal([-1, 3, 8, 9], images.InputSizes);
        Assert.Equal([-1, 4, 6, 7], images.OutputSizes);
        Assert.Equal(["batch", "", "", ""], images.OutputVariables);

        using OnnxSession scores = new(OnnxSession.Model(new Flatten(0), [1, 1]));
        Assert.Equal(["batch"], scores.OutputVariables);
        using OnnxSession joined = new(OnnxSession.Model(new Flatten(0), [2, 1]));
        Assert.Equal([-1], joined.OutputSizes);
        Assert.Equal([""], joined.OutputVariables);
    }

    [Fact]
    public void A_network_in_training_is_exported_in_evaluation_and_keeps_its_modes()
    {
        Sequential net = [new Conv2d(1, 2, 3), new BatchNorm2d(2), new BatchNorm2d(2), new Dropout()];
        net[1].Eval();

        byte[] model = OnnxSession.Model(net, [1, 8, 8]);

        Assert.True(net.IsTraining);
        Assert.Equal([true, false, true, true], net.Select(static layer => layer.IsTraining));
        Assert.Equal(0, ((BatchNorm2d)net[2]).BatchesTracked!.Item<long>());
        Assert.Equal(OnnxSession.Model(net.Eval(), [1, 8, 8]), model);
    }

    [Fact]
    public void A_custom_module_describes_itself()
    {
        Gated gated = new();
        OnnxSession.AssertAgrees(new Sequential(gated, new Flatten(), new Linear(4 * 36, 3)), [4, 6, 6]);
        string text = Encoding.Latin1.GetString(OnnxSession.Model(new Sequential(gated), [4, 6, 6]));
        Assert.Contains("0.scale", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_without_a_form_is_refused_by_name()
    {
        Refused<OnnxException>(
            "Onnx: Plain '1.0' has no ONNX form. Override ToOnnx in Plain", new Sequential(new ReLU(), new Sequential(new Plain())));
        Refused<OnnxException>("Onnx: Plain has no ONNX form.", new Plain());
        Refused<OnnxException>("Onnx: ModuleList`1 has no ONNX form", new ModuleList<Plain>());
    }

    [Fact]
    public void What_a_file_cannot_contain_is_refused()
    {
        Sequential hooked = [new ReLU()];
        using (((Layer)hooked[0]).OnForward(static (_, _, _) => { }))
        {
            Refused<OnnxException>("ReLU '0' has hooks", hooked);
        }

        Assert.NotEmpty(OnnxSession.Model(hooked, [3]));
        Refused<OnnxException>("'0.weight' is Float64", new Sequential(new Conv2d(3, 3, 1, dtype: DType.Float64)), DType.Float64);
        Refused<OnnxException>("Unflatten '0' splits the batch", new Sequential(new Unflatten(0, [2, 1])));
        Refused<OnnxException>("declares the output [2, 3, 4, 4], but Forward returns [2, 3, 2, 2]", new Careless());
        Refused<ShapeException>("Conv2d: ", new Conv2d(5, 3, 1));
        Refused<DTypeException>("Conv2d: the input is Int64", new Conv2d(3, 3, 1), DType.Int64);
    }

    [Fact]
    public void Files_are_written_atomically_and_not_overwritten()
    {
        string path = Path.Combine(_folder, "net.onnx");
        Onnx.Write(path, new Linear(3, 2), [3]);
        byte[] first = File.ReadAllBytes(path);

        IOException exists = Assert.Throws<IOException>(() => Onnx.Write(path, new Linear(3, 2), [3]));
        Assert.Equal($"Onnx: '{path}' already exists. Choose another file, or pass overwrite: true to replace it.", exists.Message);
        Assert.Throws<OnnxException>(() => Onnx.Write(path, new Plain(), [3], overwrite: true));
        Assert.Equal(first, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));

        Onnx.Write(path, new Linear(3, 2), [3], overwrite: true);
        Assert.NotEqual(first, File.ReadAllBytes(path));
        Assert.ThrowsAny<IOException>(() => Onnx.Write(Path.Combine(_folder, "none", "net.onnx"), new Linear(3, 2), [3]));
    }

    [Fact]
    public void A_graph_checks_its_arguments()
    {
        Assert.Throws<ArgumentException>(
            "inputs", () => OnnxSession.Model(new Described(static (graph, _) => graph.Node("Relu", [])), [3]));
        Assert.Throws<ArgumentException>(
            () => OnnxSession.Model(new Described(static (graph, x) => graph.Node("Elu", [x], ("alpha", 1m))), [3]));
        Refused<OnnxException>("ToOnnx of Described returned null", new Described(static (_, _) => null!));
    }

    [Fact]
    public void Writing_records_no_graph()
    {
        Linear linear = new(3, 2);
        OnnxSession.Model(linear, [3]);
        Assert.Null(linear.Weight.Grad);
        Assert.True(linear.Weight.RequiresGrad);
    }

    static void Refused<T>(string message, Module module, DType type = DType.Float32)
        where T : Exception
    {
        T error = Assert.Throws<T>(() => OnnxSession.Model(module, [3, 4, 4], type));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    static Sequential Tied() => [new Linear(3, 4, random: new RandomStream(1)), new Tanh(), new Linear(4, 2, random: new RandomStream(2))];

    sealed class Plain : Module
    {
        public override Tensor Forward(Tensor input) => input;
    }

    // Halves the image and declares no shape, which matters for a module with a child.
    sealed class Careless : Module
    {
        readonly ReLU _relu;

        public Careless() => _relu = Child("relu", new ReLU());

        public override Tensor Forward(Tensor input) => _relu.Forward(input).MaxPool2d(2);

        protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) =>
            graph.Node("MaxPool", [graph.Add(_relu, input)], ("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2]));
    }

    sealed class Described(Func<OnnxGraph, OnnxValue, OnnxValue> describe) : Module
    {
        public override Tensor Forward(Tensor input) => input;

        protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => describe(graph, input);
    }

    sealed class Gated : Module
    {
        readonly Conv2d _conv;
        readonly Tensor _scale;

        public Gated()
        {
            _conv = Child("conv", new Conv2d(4, 4, 3, padding: 1));
            _scale = Parameter("scale", Tensor.Rand([4, 1, 1]));
        }

        public override Tensor Forward(Tensor input) => (_conv.Forward(input).Sigmoid() * input * _scale) + 0.5;

        protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
        {
            OnnxValue gate = graph.Node("Sigmoid", [graph.Add(_conv, input)]);
            OnnxValue scaled = graph.Node("Mul", [graph.Node("Mul", [gate, input]), graph.Weight(_scale)]);
            return graph.Node("Add", [scaled, graph.Constant(0.5)]);
        }
    }
}
