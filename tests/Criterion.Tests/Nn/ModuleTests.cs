using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Names, order, state, modes and freezing.</summary>
public class ModuleTests
{
    sealed class Net : Module
    {
        public Net(bool bias = true)
        {
            Blocks = Child("blocks", new Sequential(new Conv2d(1, 2, 3, bias: bias), new BatchNorm2d(2), new LeakyReLU(0.2)));
            Gain = Parameter("gain", Tensor.Ones([1]));
            Head = Child("head", new SpectralNorm(new Linear(2, 1)));
        }

        public Sequential Blocks { get; }

        public Tensor Gain { get; }

        public SpectralNorm Head { get; }

        public override Tensor Forward(Tensor input) => Head.Forward(Blocks.Forward(input).Mean([2, 3]) * Gain);
    }

    sealed class Clash : Module
    {
        public Clash(string name)
        {
            Parameter("weight", Tensor.Ones([1]));
            Buffer(name, Tensor.Ones([1]));
        }

        public override Tensor Forward(Tensor input) => input;
    }

    [Fact]
    public void State_has_the_names_order_and_shapes_of_PyTorch()
    {
        // Printed by torch 1.13 for the same module.
        string[] expected =
        [
            "gain [1]", "blocks.0.weight [2, 1, 3, 3]", "blocks.0.bias [2]", "blocks.1.weight [2]", "blocks.1.bias [2]",
            "blocks.1.running_mean [2]", "blocks.1.running_var [2]", "blocks.1.num_batches_tracked []",
            "head.bias [1]", "head.weight_orig [1, 2]", "head.weight_u [1]", "head.weight_v [2]",
        ];
        Assert.Equal(expected, new Net().StateDict().Select(static p => $"{p.Key} {p.Value.Shape}"));
        Assert.Equal(DType.Int64, new Net().StateDict()["blocks.1.num_batches_tracked"].DType);
    }

    [Fact]
    public void Parameters_come_in_order_and_once()
    {
        Net net = new();
        Assert.Equal(
            ["gain", "blocks.0.weight", "blocks.0.bias", "blocks.1.weight", "blocks.1.bias", "head.bias", "head.weight_orig"],
            net.NamedParameters().Select(static p => p.Name));
        Assert.Equal(1 + 18 + 2 + 2 + 2 + 1 + 2, net.ParameterCount);
        Linear shared = new(2, 2);
        Assert.Equal(2, new Sequential(shared, shared).Parameters().Count);
        Assert.All(net.Parameters(), static p => Assert.True(p.RequiresGrad));
        Assert.Equal([net.Blocks, net.Head], net.Children());
    }

    [Fact]
    public void A_state_that_is_loaded_gives_the_same_function()
    {
        (Net a, Net b) = (new Net(), new Net());
        Tensor x = Tensor.Randn([2, 1, 5, 5], random: new RandomStream(1));
        a.Forward(x);
        b.LoadStateDict(a.StateDict());
        Assert.Equal(a.Eval().Forward(x).ToArray<float>(), b.Eval().Forward(x).ToArray<float>());
        Assert.NotSame(a.Gain, b.Gain);
    }

    [Fact]
    public void A_state_that_does_not_fit_names_every_fault_and_changes_nothing()
    {
        Net net = new();
        Dictionary<string, Tensor> state = net.StateDict().ToDictionary(static p => p.Key, static p => p.Value.Clone());
        state.Remove("blocks.0.bias");
        state["blocks.3.bias"] = Tensor.Ones([2]);
        state["gain"] = Tensor.Full([2], 5);
        StateDictException error = Assert.Throws<StateDictException>(() => net.LoadStateDict(state));
        Assert.Contains("missing: blocks.0.bias", error.Message);
        Assert.Contains("unexpected: blocks.3.bias", error.Message);
        Assert.Contains("gain [2] (should be [1])", error.Message);
        Assert.Throws<StateDictException>(() => net.LoadStateDict(state, strict: false));
        Assert.Equal(1, net.Gain.Item());

        state["gain"] = Tensor.Full([1], 5);
        net.LoadStateDict(state, strict: false);
        Assert.Equal(5, net.Gain.Item());
    }

    [Fact]
    public void Train_and_eval_reach_every_module()
    {
        Net net = new();
        Assert.True(net.Blocks[1].IsTraining);
        net.Eval();
        Assert.False(net.Blocks[1].IsTraining);
        Tensor mean = ((BatchNorm2d)net.Blocks[1]).RunningMean!.Clone();
        net.Forward(Tensor.Randn([2, 1, 5, 5]));
        Assert.Equal(mean.ToArray<float>(), ((BatchNorm2d)net.Blocks[1]).RunningMean!.ToArray<float>());
        Assert.True(net.Train().Children().First().IsTraining);
    }

    [Fact]
    public void A_frozen_module_lets_gradients_through_and_gets_none()
    {
        Net net = new();
        net.Freeze();
        Tensor x = Tensor.Randn([2, 1, 5, 5]);
        x.RequiresGrad = true;
        net.Forward(x).Sum().Backward();
        Assert.NotNull(x.Grad);
        Assert.All(net.Parameters(), static p => Assert.Null(p.Grad));
        net.Unfreeze();
        net.Forward(x).Sum().Backward();
        Assert.All(net.Parameters(), static p => Assert.NotNull(p.Grad));
        net.ZeroGrad();
        Assert.All(net.Parameters(), static p => Assert.Null(p.Grad));
    }

    [Theory]
    [InlineData("weight")]
    [InlineData("a.b")]
    [InlineData("")]
    public void Names_that_are_taken_or_cannot_be_are_refused(string name) => Assert.Throws<ArgumentException>(() => new Clash(name));

    [Fact]
    public void A_module_built_in_a_scope_outlives_it()
    {
        Net net;
        using (new TensorScope())
        {
            net = new Net();
        }

        Assert.All(net.StateDict().Values, static value => value.Clone());
    }

    [Fact]
    public void A_sequential_is_a_collection_of_its_modules()
    {
        Sequential net = [new Linear(2, 3), new ReLU(), new Linear(3, 1)];
        Assert.Equal(3, net.Count);
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], net.StateDict().Keys);
        Assert.Equal([4, 1], net.Forward(Tensor.Randn([4, 2])).Shape);
        Sequential empty = [];
        Tensor x = Tensor.Ones([1]);
        Assert.Same(x, empty.Forward(x));
    }
}
