using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Tests.Nn;

/// <summary>The weight divided by its largest singular value: before any training, after every change, at any size.</summary>
public class SpectralNormTests
{
    static readonly double[] Scales = [1e30, 1e20, 1e10, 1, 1e-10, 1e-20, 1e-30];

    public static TheoryData<string, Func<DType, WeightedModule>> Layers => new()
    {
        { "linear", static type => new Linear(6, 4, random: new(1), dtype: type) },
        { "narrow", static type => new Linear(3, 40, random: new(1), dtype: type) },
        { "large", static type => new Linear(96, 80, random: new(1), dtype: type) },
        { "convolution", static type => new Conv2d(3, 5, 3, random: new(1), dtype: type) },
        { "transposed", static type => new ConvTranspose2d(3, 5, 3, random: new(1), dtype: type) },
        { "one output", static type => new Linear(7, 1, random: new(1), dtype: type) },
    };

    [Theory]
    [Trait("Case", "spectral-eval-first")]
    [InlineData(true)]
    [InlineData(false)]
    public void Evaluation_before_training_divides_by_the_largest_singular_value(bool isTraining)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            SpectralNorm norm = new(Diagonal(3, 1), random: new(seed));
            _ = isTraining ? norm.Train() : norm.Eval();
            Assert.Equal([1f, 0f], norm.Forward(Tensor.From([1f, 0f], [1, 2])).ToArray<float>(), static (a, b) => Math.Abs(a - b) < 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Layers), DisableDiscoveryEnumeration = true)]
    public void Weights_of_any_size_have_norm_one(string name, Func<DType, WeightedModule> make)
    {
        foreach (DType type in new[] { DType.Float32, DType.Float64 })
        {
            foreach (double scale in type == DType.Float64 ? [.. Scales, 1e200, 1e-200] : Scales)
            {
                foreach (bool isTraining in new[] { false, true })
                {
                    WeightedModule layer = make(type);
                    double sigma = Sigma(layer, layer.Weight);
                    layer.Weight.Detach().CopyFrom(layer.Weight.Detach() * scale);
                    SpectralNorm norm = new(layer);
                    _ = isTraining ? norm.Train() : norm.Eval();
                    Assert.Equal(sigma, Gain(norm, layer, scale), type == DType.Float32 ? 2e-5 * sigma : 1e-8 * sigma);
                    Assert.All(
                        norm.NamedBuffers(), buffer => Assert.True(buffer.Value.IsFinite().To(DType.Float32).Min().Item() == 1, name));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void A_weight_that_was_replaced_is_measured_anew(string name, Action<SpectralNorm, Linear> change)
    {
        foreach (bool isTraining in new[] { false, true })
        {
            Linear layer = new(5, 4, bias: false, random: new(7), dtype: DType.Float64);
            SpectralNorm norm = new(layer, random: new(8));
            norm.Forward(Tensor.Randn([2, 5], DType.Float64, new(9)));
            change(norm, layer);
            _ = isTraining ? norm.Train() : norm.Eval();
            double sigma = Sigma(layer, layer.Weight);
            Tensor output = norm.Forward(Tensor.Eye(5, DType.Float64)).Detach();
            Tensor expected = layer.Weight.Detach().Transpose() / sigma;
            Assert.True((output - expected).Abs().Max().Item() < 1e-8, name);
        }
    }

    public static TheoryData<string, Action<SpectralNorm, Linear>> Changes => new()
    {
        { "initialised", static (_, layer) => Init.Normal(layer.Weight, 0, 5, new(3)) },
        { "constant", static (_, layer) => Init.Constant(layer.Weight, -2) },
        { "loaded without vectors", static (norm, _) => norm.LoadStateDict(
            new Dictionary<string, Tensor> { ["weight_orig"] = Tensor.Randn([4, 5], random: new(3)) }, strict: false) },
        { "by span", static (_, layer) => layer.Weight.Detach().AsSpan<double>()[3] = 50 },
        {
            "other direction", static (_, layer) =>
            {
                layer.Weight.Detach().Fill(0);
                layer.Weight.Detach()[0, 0].Fill(2);
                layer.Weight.Detach()[1, 1].Fill(3);
            }
        },
        {
            "swapped for averages", static (norm, layer) =>
            {
                ExponentialMovingAverage e = new(norm, 0.5);
                Init.Normal(layer.Weight, random: new(2));
                e.Update();
                e.Swap();
            }
        },
    };

    [Fact]
    public void Evaluation_after_a_step_of_an_optimizer_keeps_the_vectors_of_training_as_PyTorch_does()
    {
        Linear layer = new(5, 4, random: new(7));
        SpectralNorm norm = new(layer, random: new(8));
        SGD optimizer = new(norm.Parameters(), 0.01);
        norm.Forward(Tensor.Randn([2, 5], random: new(9))).Pow(2).Sum().Backward();
        optimizer.Step();
        Dictionary<string, Tensor> state = norm.StateDict().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone());
        Tensor x = Tensor.Randn([3, 5], random: new(10));
        float[] output = norm.Eval().Forward(x).ToArray<float>();
        Assert.Equal(state["weight_u"].ToArray<float>(), norm.StateDict()["weight_u"].ToArray<float>());

        SpectralNorm other = new(new Linear(5, 4));
        other.LoadStateDict(state);
        Assert.Equal(output, other.Eval().Forward(x).ToArray<float>());
    }

    [Fact]
    public void The_state_of_a_module_that_never_ran_evaluates_rightly_elsewhere()
    {
        Linear layer = Diagonal(3, 1);
        SpectralNorm norm = new(layer);
        Init.Constant(layer.Weight, 2);
        SpectralNorm other = new(new Linear(2, 2, bias: false));
        other.LoadStateDict(norm.StateDict());
        Assert.Equal(0.5f, other.Eval().Forward(Tensor.From([1f, 0f], [1, 2]))[0, 0].Item(), 1e-6);
    }

    [Theory]
    [Trait("Case", "spectral-zero-weight")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_zero_weight_stays_zero_and_can_learn(bool isTraining)
    {
        Linear layer = new(2, 2);
        Init.Constant(layer.Weight, 0);
        layer.Bias!.Detach().CopyFrom(Tensor.From([1.0, 2.0], [2]));
        SpectralNorm norm = new(layer);
        _ = isTraining ? norm.Train() : norm.Eval();
        Tensor x = Tensor.Ones([1, 2]);
        Assert.Equal([1f, 2f], norm.Forward(x).ToArray<float>());
        norm.Forward(x).Sum().Backward();
        Assert.Equal([1f, 1, 1, 1], layer.Weight.Grad!.ToArray<float>());

        new SGD(norm.Parameters(), 1e-25).Step();
        Assert.Equal(1, Sigma(layer, norm.Eval().Forward(Tensor.Eye(2)).Detach() - layer.Bias!.Detach()), 1e-6);
    }

    [Fact]
    public void Vectors_that_the_weight_takes_to_zero_do_not_end_training()
    {
        Linear layer = Diagonal(3, 0);
        SpectralNorm norm = new(layer);
        norm.Forward(Tensor.Ones([1, 2]));
        layer.Weight.Grad = Tensor.From([3f, 0, 0, -2], [2, 2]);
        new SGD(norm.Parameters(), 1).Step();
        Assert.Equal([0f, 1f], norm.Forward(Tensor.Ones([1, 2])).ToArray<float>(), static (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_weight_that_is_not_finite_shows_and_leaves_the_vectors()
    {
        Linear layer = Diagonal(3, 1);
        SpectralNorm norm = new(layer);
        norm.Forward(Tensor.Ones([1, 2]));
        layer.Weight.Detach()[0, 0].Fill(double.NaN);
        Assert.True(float.IsNaN(norm.Forward(Tensor.Ones([1, 2])).ToArray<float>()[0]));
        layer.Weight.Detach()[0, 0].Fill(4);
        Assert.Equal(1, norm.Forward(Tensor.From([1f, 0f], [1, 2]))[0, 0].Item(), 1e-6);
    }

    [Fact]
    public void The_gradient_at_small_weights_is_that_of_ordinary_ones_over_the_scale()
    {
        Tensor[] gradients = [.. new[] { 1, 1e-20, 1e20 }.Select(static scale =>
        {
            Linear layer = new(4, 3, bias: false, random: new(5));
            layer.Weight.Detach().CopyFrom(layer.Weight.Detach() * scale);
            SpectralNorm norm = new(layer);
            norm.Eval();
            (norm.Forward(Tensor.Randn([6, 4], random: new(6))) * Tensor.Randn([6, 3], random: new(7))).Sum().Backward();
            return layer.Weight.Grad! * scale;
        })];
        Assert.True((gradients[0] - gradients[1]).Abs().Max().Item() < 1e-4);
        Assert.True((gradients[0] - gradients[2]).Abs().Max().Item() < 1e-4);
    }

    [Fact]
    public void Threads_that_evaluate_together_agree()
    {
        Linear layer = new(64, 64, random: new(5));
        SpectralNorm norm = new(layer);
        norm.Eval();
        Tensor x = Tensor.Randn([2, 64], random: new(6));
        float[][] outputs = [.. Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(8).Select(_ =>
        {
            using (Autograd.NoGrad())
            {
                return norm.Forward(x).ToArray<float>();
            }
        })];
        Assert.All(outputs, output => Assert.Equal(outputs[0], output));
    }

    static Linear Diagonal(double a, double b)
    {
        Linear layer = new(2, 2, bias: false);
        layer.Weight.Detach().CopyFrom(Tensor.From([a, 0, 0, b], [2, 2]));
        return layer;
    }

    /// <summary>The largest singular value by 3,000 power iterations on a scaled matrix.</summary>
    static double Sigma(WeightedModule layer, Tensor weight)
    {
        Tensor matrix = weight.Detach().To(DType.Float64).Transpose(0, layer is ConvTranspose2d ? 1 : 0);
        matrix = matrix.Reshape(matrix.Shape[0], matrix.Count / matrix.Shape[0]);
        double scale = matrix.Abs().Max().Item();
        matrix = matrix / scale;
        Tensor square = matrix.MatMul(matrix.Transpose());
        for (int i = 0; i < 30; i++)
        {
            square = square.MatMul(square);
            square = square / square.Abs().Max();
        }

        Tensor u = square.MatMul(Tensor.Randn([square.Shape[0]], DType.Float64, new(11)));
        return scale * matrix.Transpose().MatMul(u / u.Norm()).Norm().Item();
    }

    /// <summary>By how much the layer is stronger than its normalised self, in terms of the scale.</summary>
    static double Gain(SpectralNorm norm, WeightedModule layer, double scale)
    {
        int inputs = layer is ConvTranspose2d ? layer.Weight.Shape[0] : layer.Weight.Shape[1];
        Tensor x = Tensor.Randn(layer is Linear ? [2, inputs] : [2, inputs, 6, 6], layer.Weight.DType, new(12));
        Tensor bias = layer.Bias!.Detach().Reshape(layer is Linear ? [1, -1] : [1, -1, 1, 1]);
        Tensor plain = layer.Apply(x, layer.Weight.Detach() / scale).Detach().To(DType.Float64) - bias.To(DType.Float64);
        Tensor divided = (norm.Forward(x).Detach() - bias).To(DType.Float64);
        return plain.Abs().Sum().Item() / divided.Abs().Sum().Item();
    }
}
