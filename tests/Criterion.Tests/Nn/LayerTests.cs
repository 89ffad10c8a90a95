using Criterion.Nn;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Nn;

/// <summary>What golden numbers do not show: modes, randomness, options and errors.</summary>
public class LayerTests
{
    [Theory]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Bool)]
    [InlineData(DType.Int64)]
    public void Norms_without_weights_convert_other_types_to_floats(DType type)
    {
        Tensor x = Tensor.From<double>([0, 1, 1, 0, 0, 1, 0, 0], [2, 4]).To(type);
        Tensor expected = new LayerNorm([4], affine: false).Forward(x.To(DType.Float32));
        Assert.Equal(expected.ToArray<float>(), new LayerNorm([4], affine: false).Forward(x).ToArray<float>());

        Tensor images = x.Reshape(2, 1, 2, 2);
        Assert.Equal(DType.Float32, new InstanceNorm2d(1).Forward(images).DType);
        Assert.Equal(DType.Float32, new GroupNorm(1, 1, affine: false).Forward(images).DType);
        Assert.Equal(DType.Float32, new BatchNorm2d(1, affine: false, trackRunningStats: false).Forward(images).DType);
    }

    public static TheoryData<Module, Func<Tensor, Tensor>> Activations => new()
    {
        { new Identity(), static x => x },
        { new ReLU(), static x => x.Relu() },
        { new LeakyReLU(0.2), static x => x.LeakyRelu(0.2) },
        { new ELU(0.5), static x => x.Elu(0.5) },
        { new SELU(), static x => x.Selu() },
        { new GELU(), static x => x.Gelu() },
        { new GELU(tanh: true), static x => x.Gelu(tanh: true) },
        { new SiLU(), static x => x.Silu() },
        { new Sigmoid(), static x => x.Sigmoid() },
        { new Tanh(), static x => x.Tanh() },
        { new Softplus(2), static x => x.Softplus(2) },
        { new Softmax(1), static x => x.Softmax(1) },
        { new LogSoftmax(1), static x => x.LogSoftmax(1) },
        { new Flatten(), static x => x.Flatten(1) },
        { new Unflatten(1, [3, 2]), static x => x.Reshape(2, 3, 2, 4, 4) },
        { new AvgPool2d(2), static x => x.AvgPool2d(2) },
        { new MaxPool2d(3, stride: 1, padding: 1), static x => x.MaxPool2d(3, 1, 1) },
        { new AdaptiveAvgPool2d(1), static x => x.AdaptiveAvgPool2d(1) },
        { new Upsample(1.5), static x => x.UpsampleNearest2d(6) },
        { new Upsample(size: (3, 5), mode: UpsampleMode.Bilinear), static x => x.UpsampleBilinear2d((3, 5)) },
    };

    [Theory]
    [MemberData(nameof(Activations), DisableDiscoveryEnumeration = true)]
    public void A_module_without_state_is_its_operation(Module module, Func<Tensor, Tensor> operation)
    {
        Tensor x = Tensor.Randn([2, 6, 4, 4], random: new RandomStream(3));
        Tensor expected = operation(x);
        Tensor actual = module.Forward(x);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.ToArray<float>(), actual.ToArray<float>());
        Assert.Empty(module.StateDict());
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Dropout_drops_a_share_and_scales_the_rest(double p)
    {
        float[] y = new Dropout(p, new RandomStream(5)).Forward(Tensor.Ones([100_000])).ToArray<float>();
        Assert.All(y, value => Assert.True(value == 0 || Math.Abs(value - (1 / (1 - p))) < 1e-5));
        Assert.Equal(p, y.Count(static value => value == 0) / 1e5, 0.01);
        Assert.Equal(1, y.Average(), 0.05);
    }

    [Fact]
    public void Dropout_follows_its_stream_and_rests_in_evaluation()
    {
        Tensor x = Tensor.Randn([64, 8], random: new RandomStream(1));
        Dropout dropout = new(0.5, new RandomStream(9));
        float[] first = dropout.Forward(x).ToArray<float>();
        Assert.NotEqual(first, dropout.Forward(x).ToArray<float>());
        Assert.Equal(first, new Dropout(0.5, new RandomStream(9)).Forward(x).ToArray<float>());
        Assert.Same(x, dropout.Eval().Forward(x));
        Assert.Same(x, new Dropout(0).Forward(x));
        Assert.All(new Dropout(1).Forward(x).ToArray<float>(), static value => Assert.Equal(0, value));
        Assert.True(float.IsNaN(new Dropout(1).Forward(Tensor.Full([1], double.NaN)).ToArray<float>()[0]));
    }

    [Fact]
    public void Dropout_gives_gradient_where_it_gave_a_value()
    {
        Tensor x = Tensor.Ones([1000]);
        x.RequiresGrad = true;
        Tensor y = new Dropout(0.3, new RandomStream(2)).Forward(x);
        y.Sum().Backward();
        Assert.Equal(y.ToArray<float>(), x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Batch_norm_of_a_far_away_batch_is_still_normal()
    {
        Tensor x = Tensor.Randn([64, 3, 4, 4], random: new RandomStream(4), mean: 300, deviation: 2);
        Tensor y = new BatchNorm2d(3).Forward(x);
        Assert.All(y.Mean([0, 2, 3]).ToArray<float>(), static mean => Assert.Equal(0, mean, 1e-3));
        Assert.All(y.Std([0, 2, 3], correction: 0).ToArray<float>(), static deviation => Assert.Equal(1, deviation, 1e-3));
    }

    [Fact]
    public void A_norm_used_twice_has_right_second_derivatives()
    {
        BatchNorm1d norm = new(3, dtype: DType.Float64);
        Tensor x = Tensor.Randn([5, 3], DType.Float64, new RandomStream(6));
        Tensor weight = Tensor.Randn([3], DType.Float64, new RandomStream(7));
        norm.Weight!.CopyFromUnrecorded(weight);
        x.RequiresGrad = true;
        Tensor Twice() => norm.Forward(norm.Forward(x).Tanh()).Pow(3).Sum();

        Tensor plain = Autograd.Grad(Twice(), norm.Weight!);
        Tensor recorded = Autograd.Grad(Twice(), norm.Weight!, createGraph: true);
        Golden.GoldenAssert.Close(plain, recorded, "gradient of a weight used twice", 1e-10);
    }

    [Fact]
    public void Normalisation_in_single_precision_stays_near()
    {
        RandomStream random = new(8);
        Tensor x = Tensor.Randn([7, 5, 3, 3], DType.Float64, random);
        Tensor g = Tensor.Randn([7, 5, 3, 3], DType.Float64, random);
        (Tensor expected, Tensor wanted) = Run(DType.Float64);
        (Tensor actual, Tensor gradient) = Run(DType.Float32);
        Golden.GoldenAssert.Close(expected, actual, "value", 1e-4);
        Golden.GoldenAssert.Close(wanted, gradient, "gradient", 1e-3);

        (Tensor Value, Tensor Gradient) Run(DType dtype)
        {
            Tensor input = x.To(dtype).Clone();
            input.RequiresGrad = true;
            Tensor y = new BatchNorm2d(5, dtype: dtype).Forward(input);
            y.Backward(g.To(dtype));
            return (y, input.Grad!);
        }
    }

    // Every level but the first is far from the centre around which the sums of a channel begin.
    [Theory]
    [InlineData(1000, 0, 1)]
    [InlineData(0, 100, 1)]
    [InlineData(-1e4, 1, 0.01)]
    [InlineData(3, 0, 1e-6)]
    public void Statistics_in_single_precision_stay_near(double offset, double levelPerImage, double spread)
    {
        Tensor levels = Tensor.Arange(0, 80, dtype: DType.Float64).Reshape(80, 1, 1, 1) * levelPerImage;
        Tensor x = ((Tensor.Randn([80, 3, 6, 7], DType.Float64, new RandomStream(8)) * spread) + levels + offset).To(DType.Float32);
        (Tensor mean, Tensor variance) = StatisticsOf(x);
        (Tensor expectedMean, Tensor expectedVariance) = StatisticsOf(x.To(DType.Float64));
        Golden.GoldenAssert.Close(expectedMean, mean, "mean", 1e-6);
        Golden.GoldenAssert.Close(expectedVariance, variance, "variance", 1e-6);

        static (Tensor Mean, Tensor Variance) StatisticsOf(Tensor x)
        {
            BatchNorm2d norm = new(3, momentum: 1, dtype: x.DType);
            norm.Forward(x);
            return (norm.RunningMean!, norm.RunningVar!);
        }
    }

    [Fact]
    public void Spectral_norm_comes_to_the_largest_singular_value()
    {
        Linear layer = new(6, 4, bias: false, random: new RandomStream(1), dtype: DType.Float64);
        SpectralNorm norm = new(layer, iterations: 50, random: new RandomStream(2));
        Assert.Equal(1, LargestSingularValue(norm.Forward(Tensor.Eye(6, DType.Float64)).Detach()), 1e-6);
    }

    [Fact]
    public void Two_forwards_before_a_backward_are_two_graphs()
    {
        SpectralNorm norm = new(new Linear(3, 2));
        Tensor loss = norm.Forward(Tensor.Randn([4, 3])).Sum() + norm.Forward(Tensor.Randn([4, 3])).Sum();
        loss.Backward();
        Assert.All(norm.Parameters(), static p => Assert.NotNull(p.Grad));
    }

    [Fact]
    public void The_padding_vector_starts_at_zero()
    {
        Embedding table = new(4, 3, paddingIndex: -1);
        Assert.Equal([0, 0, 0], table.Weight[3].ToArray<float>());
        Assert.NotEqual(0, table.Weight[0].Abs().Sum().Item());
    }

    public static TheoryData<Action, string> Errors => new()
    {
        { () => new Linear(0, 3), "inFeatures" },
        { () => new Linear(3, 2).Forward(Tensor.Ones([2, 4])), "[2, 4]" },
        { () => new Conv2d(3, 4, 0), "kernel" },
        { () => new Conv2d(3, 4, 3, groups: 2), "group" },
        { () => new Conv2d(3, 4, 3).Forward(Tensor.Ones([1, 2, 5, 5])), "[1, 2, 5, 5]" },
        { () => new Conv2d(3, 4, 3).Forward(Tensor.Ones([3, 5, 5])), "[3, 5, 5]" },
        { () => new ConvTranspose2d(3, 4, 3, outputPadding: 1).Forward(Tensor.Ones([1, 3, 5, 5])), "output padding" },
        { () => new BatchNorm2d(3).Forward(Tensor.Ones([2, 4, 5, 5])), "C = 3" },
        { () => new BatchNorm2d(3).Forward(Tensor.Ones([2, 3])), "[N, C, H, W]" },
        { () => new BatchNorm1d(3).Forward(Tensor.Ones([1, 3])), "1 value(s)" },
        { () => new BatchNorm1d(3, momentum: 2), "momentum" },
        { () => new BatchNorm1d(3, epsilon: -1), "epsilon" },
        { () => new InstanceNorm2d(3).Forward(Tensor.Ones([1, 3, 1, 1])), "1 value(s)" },
        { () => new GroupNorm(2, 3), "multiple" },
        { () => new GroupNorm(2, 4).Forward(Tensor.Ones([2, 3, 2])), "C = 4" },
        { () => new LayerNorm([4]).Forward(Tensor.Ones([2, 3])), "[2, 3]" },
        { () => new LayerNorm([]), "[]" },
        // .NET writes the value in the current culture.
        { () => new Dropout(1.5), $"{1.5}" },
        { () => new Dropout(double.NaN), "NaN" },
        { () => new Upsample(0), "scale" },
        { () => new Upsample(size: (0, 1)), "size" },
        { () => new Upsample(), "either" },
        { () => new Embedding(3, 2, paddingIndex: 3), "[-3, 3)" },
        { () => new Embedding(3, 2).Forward(Tensor.Ones([2])), "Int64" },
        { () => new Embedding(3, 2).Forward(Tensor.From<long>(0, 3)), "3" },
        { () => new SpectralNorm(new Linear(2, 2), iterations: 0), "iterations" },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void Bad_input_says_what_and_where(Action action, string part)
    {
        Exception error = Record.Exception(action)!;
        Assert.True(error is TensorException or ArgumentException, $"{error}");
        Assert.Contains(part, error.Message);
    }

    // Power iteration from an independent start.
    static double LargestSingularValue(Tensor matrix)
    {
        Tensor v = Tensor.Ones([matrix.Shape[1], 1], DType.Float64);
        for (int i = 0; i < 2000; i++)
        {
            v = matrix.Transpose().MatMul(matrix.MatMul(v));
            v = v / v.Norm().Item();
        }

        return matrix.MatMul(v).Norm().Item();
    }
}

static class TestTensors
{
    /// <summary>Sets a parameter's values.</summary>
    public static void CopyFromUnrecorded(this Tensor target, Tensor values)
    {
        using (Autograd.NoGrad())
        {
            target.CopyFrom(values);
        }
    }
}
