using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;

namespace Criterion.Tests.Optim;

/// <summary>What every optimizer does, and what averages and schedules do beside PyTorch's numbers.</summary>
public class OptimizerTests
{
    public static TheoryData<string, Func<IEnumerable<Tensor>, Optimizer>> All => new()
    {
        { "SGD", static p => new SGD(p, 0.05) },
        { "SGD momentum", static p => new SGD(p, 0.05, momentum: 0.5) },
        { "SGD Nesterov", static p => new SGD(p, 0.05, momentum: 0.5, nesterov: true) },
        { "Adam", static p => new Adam(p, 0.1) },
        { "AdamW", static p => new AdamW(p, 0.1, weightDecay: 0) },
        { "Adam AMSGrad", static p => new Adam(p, 0.1, amsGrad: true) },
        { "RMSprop", static p => new RMSprop(p, 0.01) },
        { "RMSprop all", static p => new RMSprop(p, 0.01, momentum: 0.5, centered: true) },
    };

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void Finds_the_bottom_of_a_parabola_and_keeps_the_type(string name, Func<IEnumerable<Tensor>, Optimizer> make)
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor x = Tensor.Full([3], 2, dtype);
            x.RequiresGrad = true;
            Optimizer optimizer = make([x]);
            for (int i = 0; i < 1000; i++)
            {
                optimizer.ZeroGrad();
                (x - 1).Pow(2).Sum().Backward();
                optimizer.Step();
            }

            Assert.Equal(dtype, x.DType);
            Assert.True((x.Detach() - 1).Abs().Max().Item() < 0.03, $"{name}: {x}");
        }
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void Goes_on_from_a_saved_state_as_if_never_stopped(string name, Func<IEnumerable<Tensor>, Optimizer> make)
    {
        (Tensor a, Tensor b) = (Tensor.Full([4], 2), Tensor.Full([4], 2));
        Optimizer first = make([a]);
        Optimizer second = make([b]);
        Steps(first, a, 5);
        Dictionary<string, Tensor> saved = first.StateDict().ToDictionary(static p => p.Key, static p => p.Value.Clone());
        b.CopyFrom(a);
        second.LoadStateDict(saved);
        Steps(first, a, 5);
        Steps(second, b, 5);
        Assert.True(a.ToArray<float>().SequenceEqual(b.ToArray<float>()), name);
    }

    [Fact]
    public void State_has_the_names_of_PyTorch()
    {
        Tensor[] parameters = [Tensor.Ones([2]), Tensor.Ones([3])];
        Adam adam = new(parameters);
        Assert.Equal(["learning_rate"], adam.StateDict().Keys);
        Steps(adam, parameters[1], 2);
        Assert.Equal(["learning_rate", "1.step", "1.exp_avg", "1.exp_avg_sq"], adam.StateDict().Keys);
        Assert.Equal(2, adam.StateDict()["1.step"].Item());
        Assert.Throws<StateDictException>(() => new SGD(parameters, 0.1).LoadStateDict(adam.StateDict()));
    }

    [Fact]
    public void A_parameter_without_gradient_is_passed_over()
    {
        Tensor[] parameters = [Tensor.Ones([2]), Tensor.Ones([2])];
        parameters[0].Grad = Tensor.Ones([2]);
        new Adam(parameters, weightDecay: 0.5).Step();
        Assert.NotEqual(1, parameters[0][0].Item());
        Assert.Equal([1, 1], parameters[1].ToArray<float>());
    }

    [Fact]
    public void Options_out_of_range_are_refused_with_their_value()
    {
        Tensor[] p = [Tensor.Ones([1])];
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(p, learningRate: -1)).Message);
        Assert.Contains("1", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(p, beta1: 1)).Message);
        Assert.Contains("NaN", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(p, epsilon: double.NaN)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(p, weightDecay: -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SGD(p, 0.1, momentum: -1));
        Assert.Throws<ArgumentException>(() => new SGD(p, 0.1, nesterov: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RMSprop(p, alpha: 1.5));
        Assert.Throws<ArgumentException>(() => new SGD(Array.Empty<Tensor>(), 0.1));
        Assert.Throws<ArgumentException>(() => new SGD([p[0], p[0]], 0.1));
        Tensor leaf = Tensor.Ones([2]);
        leaf.RequiresGrad = true;
        Assert.Contains("leaf", Assert.Throws<ArgumentException>(() => new SGD([leaf * 2], 0.1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClip.ByNorm(p, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClip.ByValue(p, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(1, 0));
        Assert.Contains("Beta1", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(p) { Beta1 = -1 }).Message);
        Assert.Contains("LearningRate", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(p) { LearningRate = -1 }).Message);
        Assert.Contains("Momentum", Assert.Throws<ArgumentOutOfRangeException>(() => new RMSprop(p) { Momentum = -1 }).Message);
        SGD nesterov = new(p, 0.1) { Nesterov = true };
        Assert.Contains("momentum > 0", Assert.Throws<ArgumentException>(nesterov.Step).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialMovingAverage(new Linear(1, 1), 1.5));
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void Options_may_be_set_by_an_initializer(string name, Func<IEnumerable<Tensor>, Optimizer> make)
    {
        (Tensor a, Tensor b) = (Tensor.Full([4], 2), Tensor.Full([4], 2));
        Optimizer first = make([a]);
        Optimizer second = first switch
        {
            SGD o => new SGD([b], 9) { LearningRate = 0.05, Nesterov = o.Nesterov, Momentum = o.Momentum, Dampening = o.Dampening },
            Adam o => new Adam([b]) { LearningRate = 0.1, AmsGrad = o.AmsGrad },
            AdamW => new AdamW([b]) { LearningRate = 0.1, WeightDecay = 0 },
            RMSprop o => new RMSprop([b]) { Momentum = o.Momentum, Centered = o.Centered },
            _ => throw new InvalidOperationException(name),
        };
        Steps(first, a, 5);
        Steps(second, b, 5);
        Assert.True(a.ToArray<float>().SequenceEqual(b.ToArray<float>()), name);
        Assert.Equal(first.StateDict().Keys, second.StateDict().Keys);
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void Maximizing_is_minimizing_the_negative(string name, Func<IEnumerable<Tensor>, Optimizer> make)
    {
        (Tensor a, Tensor b) = (Tensor.Full([4], 2), Tensor.Full([4], 2));
        Optimizer first = make([a]);
        Optimizer second = first switch
        {
            SGD o => new SGD([b], 0.05, o.Momentum, nesterov: o.Nesterov, maximize: true),
            Adam o => new Adam([b], 0.1, amsGrad: o.AmsGrad, maximize: true),
            AdamW => new AdamW([b], 0.1, weightDecay: 0, maximize: true),
            RMSprop o => new RMSprop([b], 0.01, momentum: o.Momentum, centered: o.Centered, maximize: true),
            _ => throw new InvalidOperationException(name),
        };
        for (int i = 0; i < 5; i++)
        {
            (a.Grad, b.Grad) = (a - 1, 1 - b);
            first.Step();
            second.Step();
        }

        Assert.True(a.ToArray<float>().SequenceEqual(b.ToArray<float>()), name);
    }

    [Fact]
    public void An_average_follows_weights_and_copies_buffers()
    {
        Sequential net = [new BatchNorm1d(2)];
        ExponentialMovingAverage average = new(net, decay: 0.75);
        using (Autograd.NoGrad())
        {
            net.Parameters()[0].Fill(5);
        }

        net.Forward(Tensor.Randn([8, 2]));
        average.Update();
        Assert.Equal([2, 2], average.StateDict()["0.weight"].ToArray<float>());
        Assert.Equal(net.StateDict()["0.running_mean"].ToArray<float>(), average.StateDict()["0.running_mean"].ToArray<float>());
        Assert.Equal(1, average.StateDict()["0.num_batches_tracked"].Item());

        average.Swap();
        Assert.Equal([2, 2], net.Parameters()[0].ToArray<float>());
        average.Swap();
        Assert.Equal([5, 5], net.Parameters()[0].ToArray<float>());

        Sequential other = [new BatchNorm1d(2)];
        average.CopyTo(other);
        Assert.Equal([2, 2], other.Parameters()[0].ToArray<float>());
    }

    [Fact]
    public void An_update_may_have_a_decay_of_its_own()
    {
        Linear net = new(1, 1, bias: false);
        ExponentialMovingAverage average = new(net, decay: 0.5);
        float start = net.Weight.ToArray<float>()[0];
        using (Autograd.NoGrad())
        {
            net.Weight.Fill(start + 8);
        }

        average.Update(0.25);
        Assert.Equal(start + 6, average.StateDict()["weight"].ToArray<float>()[0], 1e-5);
        average.Update();
        Assert.Equal(start + 7, average.StateDict()["weight"].ToArray<float>()[0], 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => average.Update(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => average.Update(double.NaN));
    }

    [Fact]
    public void A_schedule_goes_on_from_its_state()
    {
        SGD optimizer = new([Tensor.Ones([1])], 0.5);
        LearningRateSchedule schedule = new(optimizer, new CosineSchedule(1, 0, 10));
        schedule.Step();
        schedule.Step();
        SGD fresh = new([Tensor.Ones([1])], 3);
        LearningRateSchedule again = new(fresh, new CosineSchedule(1, 0, 10));
        again.LoadStateDict(schedule.StateDict());
        Assert.Equal(optimizer.LearningRate, fresh.LearningRate);
        Assert.Equal(2, again.Steps);
    }

    static void Steps(Optimizer optimizer, Tensor parameter, int count)
    {
        for (int i = 0; i < count; i++)
        {
            parameter.Grad = parameter - 1;
            optimizer.Step();
        }
    }
}
