using Criterion.Optim;

namespace Criterion.Tests.Optim;

/// <summary>Steps are invariant to the scale of gradients: θ(s · g, ε) = θ(g, ε / s), computed in double precision.</summary>
public class OptimizerExtremesTests
{
    const int Steps = 40;

    /// <summary>Makes an optimizer whose steps with gradients of size s are those of size 1, but for what ε changes.</summary>
    delegate Optimizer Maker(Tensor parameter, double epsilon, double rateScale);

    static readonly Dictionary<string, Maker> Makers = new()
    {
        ["SGD"] = static (p, _, scale) => new SGD([p], 0.1 / scale),
        ["SGD momentum"] = static (p, _, scale) => new SGD([p], 0.1 / scale, momentum: 0.9, dampening: 0.2),
        ["SGD Nesterov"] = static (p, _, scale) => new SGD([p], 0.1 / scale, momentum: 0.9, nesterov: true),
        ["Adam"] = static (p, epsilon, _) => new Adam([p], 0.1, epsilon: epsilon),
        ["Adam of GANs"] = static (p, epsilon, _) => new Adam([p], 0.1, beta1: 0, beta2: 0.9, epsilon: epsilon),
        ["Adam AMSGrad"] = static (p, epsilon, _) => new Adam([p], 0.1, epsilon: epsilon, amsGrad: true),
        ["AdamW"] = static (p, epsilon, _) => new AdamW([p], 0.1, epsilon: epsilon, weightDecay: 0.1),
        ["AdamW AMSGrad"] = static (p, epsilon, _) => new AdamW([p], 0.1, beta2: 0.5, epsilon: epsilon, weightDecay: 0.1, amsGrad: true),
        ["RMSprop"] = static (p, epsilon, _) => new RMSprop([p], 0.1, epsilon: epsilon),
        ["RMSprop momentum"] = static (p, epsilon, _) => new RMSprop([p], 0.1, epsilon: epsilon, momentum: 0.5),
        ["RMSprop centred"] = static (p, epsilon, _) => new RMSprop([p], 0.1, epsilon: epsilon, centered: true),
        ["RMSprop all"] = static (p, epsilon, _) => new RMSprop([p], 0.1, alpha: 0.9, epsilon: epsilon, momentum: 0.5, centered: true),
    };

    public static IEnumerable<TheoryDataRow<string, DType, double, double>> Cases() =>
        from name in Makers.Keys
        from size in (IEnumerable<(DType Type, double Scale)>)
        [
            (DType.Float32, 1e-37), (DType.Float32, 1e-30), (DType.Float32, 1e-19), (DType.Float32, 1e-17), (DType.Float32, 1e17),
            (DType.Float32, 1e19),
            (DType.Float32, 1e25), (DType.Float32, 1e36), (DType.Float64, 1e-250), (DType.Float64, 1e-150), (DType.Float64, 1e150),
            (DType.Float64, 1e250),
        ]
        from epsilon in new[] { 1e-8, 0 }
        select new TheoryDataRow<string, DType, double, double>(name, size.Type, size.Scale, epsilon);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_of_any_size_step_as_ordinary_ones(string name, DType dtype, double scale, double epsilon)
    {
        double[] expected = Run(name, DType.Float64, 1, epsilon / scale, static (step, i) => Pattern(step, i));
        double[] actual = Run(name, dtype, scale, epsilon, (step, i) => scale * Pattern(step, i));
        Close(expected, actual, dtype == DType.Float32 ? 1e-4 : 1e-10);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Neighbours_of_other_sizes_do_not_touch_each_other(string name)
    {
        double[] scales = [1e25, 1, 1e-25, 1e19, 1e-19];
        if (name.StartsWith("SGD", StringComparison.Ordinal))
        {
            return;
        }

        double[] together = Run(name, DType.Float32, 1, 1e-30, (step, i) => scales[i % 5] * Pattern(step, i));
        for (int kind = 0; kind < 5; kind++)
        {
            double[] alone = Run(name, DType.Float32, 1, 1e-30, (step, i) => scales[kind] * Pattern(step, i));
            Assert.All(Enumerable.Range(0, together.Length).Where(i => i % 5 == kind), i => Assert.Equal(alone[i], together[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sizes_that_change_from_step_to_step_are_followed(string name)
    {
        if (name.StartsWith("SGD", StringComparison.Ordinal))
        {
            return;
        }

        Func<int, int, double> gradient = static (step, i) => Math.Pow(10, (step * 7 % 50) - 25) * Pattern(step, i);
        Close(Run(name, DType.Float64, 1, 1e-8, gradient), Run(name, DType.Float32, 1, 1e-8, gradient), 1e-3);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Zero_gradients_do_not_move_a_parameter(string name) =>
        Assert.All(Run(name, DType.Float32, 1, 0, static (_, _) => 0), static value => Assert.Equal(0, value));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_late_step_is_as_good_as_an_early_one(string name)
    {
        Tensor parameter = Tensor.Zeros([4]);
        Optimizer optimizer = Makers[name](parameter, 1e-8, 1);
        parameter.Grad = Tensor.Ones([4]);
        optimizer.Step();
        Dictionary<string, Tensor> state = optimizer.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone());
        state["0.step"] = Tensor.Scalar(3_000_000_000L, DType.Int64);
        optimizer.LoadStateDict(state);
        parameter.Fill(0);
        optimizer.Step();
        Assert.All(parameter.ToArray<float>(), static value => Assert.InRange(value, -10, -1e-3));
    }

    [Fact]
    public void Every_optimizer_stands_in_the_table()
    {
        IEnumerable<Type> all = typeof(Optimizer).Assembly.GetTypes().Where(
            static type => type.IsSubclassOf(typeof(Optimizer)) && !type.IsAbstract);
        IEnumerable<Type> covered = Makers.Values.Select(static make => make(Tensor.Zeros([1]), 1, 1).GetType());
        Assert.Empty(all.Except(covered));
    }

    [Theory]
    [Trait("Case", "rmsprop-centred")]
    [InlineData(0.1)]
    [InlineData(0.7)]
    [InlineData(-1e-25)]
    [InlineData(1e25)]
    public void Equal_gradients_never_give_NaN(double gradient)
    {
        Tensor parameter = Tensor.Zeros([19]);
        RMSprop optimizer = new([parameter], learningRate: 0.01, alpha: 0.99, epsilon: 1e-30, centered: true);
        double expected = 0;
        for (int n = 1; n <= 1500; n++)
        {
            parameter.Grad = Tensor.Full([19], gradient);
            optimizer.Step();
            double kept = Math.Pow(0.99, n);
            expected -= 0.01 * Math.Sign(gradient) / Math.Sqrt(kept * (1 - kept));
        }

        Assert.All(parameter.ToArray<float>(), value => Assert.Equal(expected, value, Math.Abs(expected) * 0.02));
    }

    [Fact]
    public void A_centred_state_with_the_mean_square_is_read()
    {
        (Tensor a, Tensor b) = (Tensor.Zeros([3], DType.Float64), Tensor.Zeros([3], DType.Float64));
        (RMSprop first, RMSprop second) = (new([a], centered: true), new([b], centered: true));
        Step(first, a, 5);
        Dictionary<string, Tensor> state = first.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone());
        Assert.True(state.Remove("0.grad_var", out Tensor? variance));
        state["0.square_avg"] = variance! + (state["0.grad_avg"] * state["0.grad_avg"]);
        b.CopyFrom(a);
        second.LoadStateDict(state);
        Step(first, a, 5);
        Step(second, b, 5);
        Close(a.ToArray<double>(), b.ToArray<double>(), 1e-12);
    }

    public static TheoryData<string> Names() => [.. Makers.Keys];

    static void Step(Optimizer optimizer, Tensor parameter, int count)
    {
        for (int step = 0; step < count; step++)
        {
            parameter.Grad = Tensor.From([.. Enumerable.Range(0, parameter.Count).Select(i => Pattern(step, i))], [parameter.Count]).To(
                parameter.DType);
            optimizer.Step();
        }
    }

    static double[] Run(string name, DType dtype, double scale, double epsilon, Func<int, int, double> gradient)
    {
        Tensor parameter = Tensor.Zeros([37], dtype);
        Optimizer optimizer = Makers[name](parameter, epsilon, scale);
        for (int step = 0; step < Steps; step++)
        {
            parameter.Grad = Tensor.From([.. Enumerable.Range(0, parameter.Count).Select(i => gradient(step, i))], [parameter.Count]).To(
                dtype);
            optimizer.Step();
        }

        return parameter.To(DType.Float64).ToArray<double>();
    }

    // From −1.2 to 1.8, never 0.
    static double Pattern(int step, int i) => 0.3 + (1.5 * Math.Sin((step * 1.7) + i));

    static void Close(double[] expected, double[] actual, double tolerance)
    {
        double size = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.True(
            Math.Abs(pair.First - pair.Second) <= tolerance * size, $"{pair.Second:R} should be {pair.First:R}"));
    }
}
