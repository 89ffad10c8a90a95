using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Tests.Nn;

/// <summary>One tensor under two names is one parameter.</summary>
public class SharedParameterTests
{
    /// <summary>A parameter of its own that is detached from another's: other tensor, same memory.</summary>
    sealed class Tied : Module
    {
        public Tied(Linear first)
        {
            First = Child("first", first);
            Twin = Parameter("twin", first.Weight.Detach());
        }

        public Linear First { get; }

        public Tensor Twin { get; }

        public override Tensor Forward(Tensor input) => First.Forward(input).MatMul(Twin);
    }

    public static TheoryData<string, Func<Linear, Module>> Constructions => new()
    {
        { "used twice", static linear => new Sequential(linear, new Tanh(), linear) },
        { "in two parts", static linear => new Sequential(new Sequential(linear), new Sequential(new Tanh(), linear)) },
        { "same memory", static linear => new Tied(linear) },
        { "normalised and plain", static linear => new Sequential(new SpectralNorm(linear), linear) },
    };

    [Theory]
    [Trait("Case", "ema-swap-tied")]
    [MemberData(nameof(Constructions), DisableDiscoveryEnumeration = true)]
    public void Two_swaps_of_averages_restore_it(string name, Func<Linear, Module> make)
    {
        Linear linear = new(1, 1, bias: false);
        Module net = make(linear);
        Init.Constant(linear.Weight, 1);
        ExponentialMovingAverage average = new(net, 0.5);
        Init.Constant(linear.Weight, 3);
        average.Update();
        Assert.All(average.StateDict().Where(static pair => pair.Key[^2..] is not ("_u" or "_v")), static pair => Assert.Equal(
            2, pair.Value.Item()));
        average.Swap();
        Assert.True(linear.Weight.Item() == 2, name);
        average.Swap();
        Assert.True(linear.Weight.Item() == 3, name);
        average.Swap();
        average.Swap();
        Assert.True(linear.Weight.Item() == 3, name);
    }

    [Fact]
    public void Averages_are_saved_under_both_names_and_loaded()
    {
        Linear linear = new(2, 2);
        Module net = Twice(linear);
        ExponentialMovingAverage average = new(net, 0.5);
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], average.StateDict().Keys);
        Dictionary<string, Tensor> state = average.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone() + 1);
        average.LoadStateDict(state);
        average.Swap();
        Assert.Equal(state["2.weight"].ToArray<float>(), linear.Weight.ToArray<float>());
        state["2.bias"] = Tensor.Full([2], 9);
        Assert.Contains(
            "0.bias and 2.bias", Assert.Throws<StateDictException>(() => average.LoadStateDict(state)).Message, StringComparison.Ordinal);
        Assert.Throws<StateDictException>(() => average.CopyTo(new Sequential(new Linear(3, 3), new Tanh(), new Linear(2, 2))));
        Module target = Twice(new Linear(2, 2));
        average.CopyTo(target);
    }

    [Fact]
    public void A_state_holds_both_names_and_one_is_enough_to_load()
    {
        Linear linear = new(2, 2);
        Module net = Twice(linear);
        Dictionary<string, Tensor> state = net.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone());
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], state.Keys);
        state.Remove("0.weight");
        state["2.weight"] = Tensor.Full([2, 2], 7);
        net.LoadStateDict(state);
        Assert.Equal(7, linear.Weight[0, 0].Item());
        state.Remove("2.weight");
        Assert.Contains(
            "missing: 0.weight, 2.weight",
            Assert.Throws<StateDictException>(() => net.LoadStateDict(state)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Different_values_for_its_names_are_refused_and_change_nothing(bool strict)
    {
        Linear linear = new(2, 2);
        Module net = Twice(linear);
        float[] before = linear.Weight.ToArray<float>();
        Dictionary<string, Tensor> state = net.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone());
        state["0.weight"] = Tensor.Ones([2, 2]);
        StateDictException error = Assert.Throws<StateDictException>(() => net.LoadStateDict(state, strict));
        Assert.Contains("0.weight and 2.weight", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, linear.Weight.ToArray<float>());
        state["0.weight"] = state["2.weight"] = Tensor.Full([2, 2], double.NaN);
        net.LoadStateDict(state, strict);
    }

    [Theory]
    [MemberData(nameof(Constructions), DisableDiscoveryEnumeration = true)]
    public void It_is_listed_and_counted_once(string name, Func<Linear, Module> make)
    {
        Module net = make(new Linear(3, 3, bias: false));
        Assert.Single(net.Parameters());
        Assert.True(net.NamedParameters().Count == 1, name);
        Assert.Equal(9, net.ParameterCount);
        BatchNorm1d norm = new(2);
        Assert.Equal(3, new Sequential(norm, norm).NamedBuffers().Count);
    }

    [Fact]
    public void An_optimizer_steps_it_once_and_refuses_it_twice()
    {
        Linear linear = new(1, 1, bias: false);
        Module net = Twice(linear);
        Init.Constant(linear.Weight, 1);
        linear.Weight.Grad = Tensor.Full([1, 1], 1);
        new SGD(net.Parameters(), 0.25).Step();
        Assert.Equal(0.75, linear.Weight.Item());
        Assert.Contains(
            "repeated",
            Assert.Throws<ArgumentException>(() => new SGD([linear.Weight, linear.Weight], 0.1)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Adam([linear.Weight, linear.Weight.Detach()]));
    }

    [Fact]
    public void Freezing_and_clearing_reach_it_once()
    {
        Linear linear = new(1, 1);
        Module net = Twice(linear);
        net.Freeze();
        Assert.False(linear.Weight.RequiresGrad);
        net.Unfreeze();
        net.Forward(Tensor.Ones([2, 1])).Sum().Backward();
        Assert.NotNull(linear.Weight.Grad);
        net.ZeroGrad();
        Assert.Null(linear.Weight.Grad);
    }

    [Fact]
    public void Penalties_and_clips_count_it_once()
    {
        Linear linear = new(2, 2, bias: false);
        Module net = Twice(linear);
        Init.Constant(linear.Weight, 3);
        Assert.Equal(new OrthogonalPenalty().Forward([linear.Weight]).Item(), new OrthogonalPenalty().Forward(net.Parameters()).Item());
        new WeightClip(1).Apply(net.Parameters());
        Assert.Equal(1, linear.Weight[0, 0].Item());

        ParameterHistory history = HistoricalAveragingPenalty.Update(ParameterHistory.Empty, net.Parameters());
        Assert.Single(history.Means);
        Init.Constant(linear.Weight, 2);
        Assert.Equal(4, new HistoricalAveragingPenalty().Forward(net.Parameters(), history).Item());
    }

    static Sequential Twice(Linear linear) => [linear, new Tanh(), linear];
}
