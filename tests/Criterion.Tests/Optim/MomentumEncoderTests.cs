using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Tests.Optim;

public class MomentumEncoderTests
{
    [Fact]
    public void It_begins_with_the_state_of_the_encoder_and_has_no_gradient()
    {
        Sequential encoder = Net(1);
        encoder.Forward(Tensor.Randn([8, 3], random: new RandomStream(5)));
        Sequential target = Net(2);
        MomentumEncoder momentum = new(encoder, target);
        Assert.Same(target, momentum.Target);
        Assert.Equal(Values(encoder), Values(target));
        Assert.All(target.Parameters(), static parameter => Assert.False(parameter.RequiresGrad));
        Assert.All(encoder.Parameters(), static parameter => Assert.True(parameter.RequiresGrad));
        Assert.False(momentum.Forward(Tensor.Ones([2, 3])).RequiresGrad);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    [InlineData(1)]
    public void An_update_moves_parameters_by_the_formula_and_no_buffer(double share)
    {
        Sequential encoder = Net(1);
        MomentumEncoder momentum = new(encoder, Net(2), share);
        double[] target = [.. momentum.Target.Parameters().SelectMany(Doubles)];
        Change(encoder);
        double[] value = [.. encoder.Parameters().SelectMany(Doubles)];
        double[] buffers = [.. momentum.Target.NamedBuffers().SelectMany(static named => Doubles(named.Value))];
        for (int i = 0; i < 3; i++)
        {
            momentum.Update();
            target = [.. target.Zip(value, (t, v) => (share * t) + ((1 - share) * v))];
        }

        double[] moved = [.. momentum.Target.Parameters().SelectMany(Doubles)];
        Assert.All(target.Zip(moved), static pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.Equal(buffers, momentum.Target.NamedBuffers().SelectMany(static named => Doubles(named.Value)));
        Assert.NotEqual(buffers, encoder.NamedBuffers().SelectMany(static named => Doubles(named.Value)));
        Assert.Equal(value, encoder.Parameters().SelectMany(Doubles));
    }

    [Fact]
    public void A_schedule_sets_the_momentum()
    {
        Linear encoder = new(1, 1, bias: false, random: new RandomStream(1));
        MomentumEncoder momentum = new(encoder, new Linear(1, 1, bias: false, random: new RandomStream(2)), 0.5);
        double start = encoder.Weight.Item();
        encoder.Weight.Detach().Fill(start + 8);
        momentum.Update();
        Assert.Equal(start + 4, momentum.Target.Parameters()[0].Item(), 1e-5);
        momentum.Momentum = 0.75;
        momentum.Update();
        Assert.Equal(start + 5, momentum.Target.Parameters()[0].Item(), 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => momentum.Momentum = 1.5);
        Assert.Throws<ArgumentOutOfRangeException>(() => momentum.Momentum = double.NaN);
        Assert.Equal(0.75, momentum.Momentum);
    }

    [Fact]
    public void In_training_the_target_normalizes_by_its_own_batches()
    {
        Sequential encoder = Net(1);
        MomentumEncoder momentum = new(encoder, Net(2));
        momentum.Forward(Tensor.Randn([8, 3], random: new RandomStream(5)) + 7);
        Assert.NotEqual(Doubles(encoder.NamedBuffers()[0].Value), Doubles(momentum.Target.NamedBuffers()[0].Value));
    }

    [Fact]
    public void It_resumes_from_its_state()
    {
        Sequential encoder = Net(1);
        MomentumEncoder first = new(encoder, Net(2), 0.9);
        Change(encoder);
        first.Update();
        MomentumEncoder second = new(encoder, Net(3), 0.9);
        second.LoadStateDict(first.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone()));
        first.Update();
        second.Update();
        Assert.Equal(Values(first.Target), Values(second.Target));
        Assert.Throws<StateDictException>(() => second.LoadStateDict(new Dictionary<string, Tensor>()));
    }

    [Fact]
    public void Shared_weights_are_moved_once()
    {
        TwoNames encoder = new(new Linear(1, 1, bias: false, random: new RandomStream(1)));
        MomentumEncoder momentum = new(encoder, new TwoNames(new Linear(1, 1, bias: false, random: new RandomStream(2))), 0.5);
        double start = encoder.Parameters()[0].Item();
        encoder.Parameters()[0].Detach().Fill(start + 8);
        momentum.Update();
        Assert.Equal(start + 4, momentum.Target.Parameters()[0].Item(), 1e-5);
    }

    [Fact]
    public void Targets_that_cannot_follow_are_refused()
    {
        Sequential encoder = Net(1);
        Refused("shares '0.weight'", () => new MomentumEncoder(encoder, encoder));
        Refused("shares 'first.weight'", () => new MomentumEncoder(encoder, new TwoNames((Linear)encoder.Children().First())));
        Assert.Throws<StateDictException>(() => new MomentumEncoder(encoder, new Sequential(new Linear(3, 5), new BatchNorm1d(5))));
        TwoNames separate = new(new Linear(1, 1, bias: false), new Linear(1, 1, bias: false));
        separate.Parameters()[1].Detach().CopyFrom(separate.Parameters()[0]);
        Refused("has 2 parameters and the target 1", () => new MomentumEncoder(separate, new TwoNames(new Linear(1, 1, bias: false))));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MomentumEncoder(encoder, Net(2), -0.1));

        static void Refused(string reason, Func<object> make) =>
            Assert.Contains(reason, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    static Sequential Net(ulong seed) => [new Linear(3, 4, random: new RandomStream(seed)), new BatchNorm1d(4)];

    static void Change(Module module)
    {
        module.Forward(Tensor.Randn([8, 3], random: new RandomStream(9)));
        using (Autograd.NoGrad())
        {
            foreach (Tensor parameter in module.Parameters())
            {
                parameter.CopyFrom(parameter + Tensor.Randn(parameter.Shape, random: new RandomStream(7)));
            }
        }
    }

    static double[] Doubles(Tensor tensor) => tensor.Detach().To(DType.Float64).ToArray<double>();

    static double[] Values(Module module) => [.. module.StateDict().Values.SelectMany(Doubles)];

    sealed class TwoNames : Module
    {
        readonly Module _first;
        readonly Module _second;

        public TwoNames(Module first, Module? second = null) =>
            (_first, _second) = (Child("first", first), Child("second", second ?? first));

        public override Tensor Forward(Tensor input) => _second.Forward(_first.Forward(input));
    }
}
