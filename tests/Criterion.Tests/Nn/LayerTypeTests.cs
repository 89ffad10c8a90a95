using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Inputs of another type than the parameters are refused, and models are converted.</summary>
public class LayerTypeTests
{
    static readonly (string Name, Func<DType, Layer> Make, Shape Input)[] Layers =
    [
        ("Linear", static type => new Linear(3, 2, dtype: type), [4, 3]),
        ("ClassWeights", static type => new ClassWeights(3, 2, dtype: type), [4, 2]),
        ("Conv1d", static type => new Conv1d(2, 3, 2, dtype: type), [1, 2, 4]),
        ("Conv2d", static type => new Conv2d(2, 3, 2, dtype: type), [1, 2, 4, 4]),
        ("ConvTranspose1d", static type => new ConvTranspose1d(2, 3, 2, dtype: type), [1, 2, 4]),
        ("ConvTranspose2d", static type => new ConvTranspose2d(2, 3, 2, dtype: type), [1, 2, 4, 4]),
        ("SpectralNorm", static type => new SpectralNorm(new Linear(3, 2, dtype: type)), [4, 3]),
        ("PReLU", static type => new PReLU(dtype: type), [4, 3]),
        ("BatchNorm1d", static type => new BatchNorm1d(3, dtype: type), [4, 3]),
        ("BatchNorm2d", static type => new BatchNorm2d(3, affine: false, dtype: type), [2, 3, 2, 2]),
        ("InstanceNorm1d", static type => new InstanceNorm1d(3, affine: true, dtype: type), [2, 3, 4]),
        ("InstanceNorm2d", static type => new InstanceNorm2d(3, affine: true, dtype: type), [2, 3, 2, 2]),
        ("LayerNorm", static type => new LayerNorm([3], dtype: type), [4, 3]),
        ("GroupNorm", static type => new GroupNorm(1, 3, dtype: type), [4, 3]),
        ("LSTM", static type => new LSTM(3, 2, layers: 2, bidirectional: true, dtype: type), [4, 2, 3]),
        ("GRU", static type => new GRU(3, 2, dtype: type), [4, 2, 3]),
        ("ModulatedConv2d", static type => new ModulatedConv2d(2, 3, 3, dtype: type), [1, 2, 4, 4]),
        ("SelfAttention2d", static type => new SelfAttention2d(4, 2, dtype: type), [1, 4, 2, 2]),
        ("MultiheadAttention", static type => new MultiheadAttention(4, 2, dtype: type), [2, 3, 4]),
    ];

    public static TheoryData<string, DType, DType> Mixed => [
        .. from layer in Layers
           from types in ((DType, DType)[])[
               (DType.Float32, DType.Float64), (DType.Float64, DType.Float32), (DType.Float32, DType.Int64), (DType.Float32, DType.UInt8),
               (DType.Float64, DType.Bool)]
           select (layer.Name, types.Item1, types.Item2)];

    public static TheoryData<string> Names => [.. Layers.Select(static layer => layer.Name)];

    [Fact]
    public void Every_layer_with_parameters_is_in_the_table()
    {
        IEnumerable<string> all =
            from type in typeof(Layer).Assembly.GetTypes()
            where type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract
                && (typeof(WeightedModule).IsAssignableFrom(type) || type.GetConstructors().Any(
                    static c => c.GetParameters().Any(static p => p.ParameterType == typeof(DType))))
            select type.Name;
        Assert.Equal(all.Except(["Embedding"]).Order(), Layers.Select(static layer => layer.Name).Except(["SpectralNorm"]).Order());
    }

    [Theory]
    [MemberData(nameof(Mixed))]
    public void An_input_of_another_type_is_refused_with_the_fix(string name, DType layer, DType input)
    {
        (_, Func<DType, Layer> make, Shape shape) = Find(name);
        DTypeException error = Assert.Throws<DTypeException>(() => make(layer).Forward(Tensor.Ones(shape).To(input)));
        Assert.StartsWith($"{name}: the input is {input} and the layer is {layer}.", error.Message);
        Assert.Contains($".To(DType.{layer})", error.Message);
        Assert.Equal(input.IsFloat(), error.Message.Contains($"the model with .To(DType.{input})", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_converted_layer_takes_the_other_type_and_keeps_its_tensors(string name)
    {
        (_, Func<DType, Layer> make, Shape shape) = Find(name);
        Layer layer = make(DType.Float32);
        Tensor x = Tensor.Randn(shape, random: new RandomStream(1));
        layer.Forward(x);
        Layer same = make(DType.Float32);
        same.LoadStateDict(layer.StateDict());
        layer.Eval();
        same.Eval();
        IReadOnlyList<Tensor> parameters = layer.Parameters();
        double[] before = [.. parameters.SelectMany(static p => p.Detach().To(DType.Float64).ToArray<double>())];
        Assert.Same(layer, layer.To(DType.Float64));

        Assert.Equal(parameters, layer.Parameters());
        Assert.All(parameters, static p => Assert.True(p is { DType: DType.Float64, RequiresGrad: true, IsLeaf: true, Grad: null }));
        Assert.Equal(before, parameters.SelectMany(static p => p.ToArray<double>()));
        Tensor y = layer.Forward(x.To(DType.Float64));
        Assert.Equal(DType.Float64, y.DType);
        Golden.GoldenAssert.Close(y, same.Forward(x).To(DType.Float64), name, 1e-5);
        if (parameters.Count > 0)
        {
            y.Pow(3).Sum().Backward();
        }

        Assert.All(parameters, static p => Assert.Equal(DType.Float64, p.Grad!.DType));
    }

    [Fact]
    public void Shared_parameters_stay_shared()
    {
        Tied tied = new();
        tied.Freeze().To(DType.Float64);
        Assert.All(tied.NamedParameters(), static p => Assert.Equal(DType.Float64, p.Value.DType));
        Assert.Single(tied.Parameters());
        Assert.False(tied.Parameters()[0].RequiresGrad);
    }

    [Fact]
    public void Parameters_are_not_integers()
    {
        DTypeException error = Assert.Throws<DTypeException>(() => new Linear(2, 2).To(DType.Int64));
        Assert.Contains("Int64", error.Message);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.UInt8)]
    public void An_embedding_takes_indices(DType type)
    {
        DTypeException error = Assert.Throws<DTypeException>(() => new Embedding(3, 2).Forward(Tensor.Zeros([2], type)));
        Assert.Equal($"Embedding: the input is {type} and the layer takes Int64. Convert the input with .To(DType.Int64).", error.Message);
    }

    static (string Name, Func<DType, Layer> Make, Shape Input) Find(string name) => Layers.Single(layer => layer.Name == name);

    sealed class Tied : Module
    {
        public Tied()
        {
            Tensor weight = Parameter("weight", Tensor.Ones([2, 2]));
            Parameter("twin", weight.Detach());
        }

        public override Tensor Forward(Tensor input) => input;
    }
}
