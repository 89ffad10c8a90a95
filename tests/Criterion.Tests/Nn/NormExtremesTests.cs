using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>
/// Normalising layers for inputs of any size: y(s · x, ε) = y(x, ε / s²), worked out in double precision; so are the gradients, over s.
/// </summary>
public class NormExtremesTests
{
    /// <summary>Makes a layer whose weights are the same for the same seed.</summary>
    delegate Module Maker(double epsilon, DType dtype);

    static readonly Dictionary<string, (Shape Input, Maker Make)> Layers = new()
    {
        ["BatchNorm1d"] = ([40, 3], static (epsilon, dtype) => new BatchNorm1d(3, epsilon, dtype: dtype)),
        ["BatchNorm1d of sequences"] = ([4, 3, 37], static (epsilon, dtype) => new BatchNorm1d(3, epsilon, dtype: dtype)),
        ["BatchNorm2d"] = ([3, 2, 9, 7], static (epsilon, dtype) => new BatchNorm2d(2, epsilon, dtype: dtype)),
        ["BatchNorm2d long"] = ([1, 2, 70, 70], static (epsilon, dtype) => new BatchNorm2d(2, epsilon, affine: false, dtype: dtype)),
        ["InstanceNorm1d"] = ([2, 3, 63], static (epsilon, dtype) => new InstanceNorm1d(3, epsilon, affine: true, dtype: dtype)),
        ["InstanceNorm2d"] = ([2, 3, 9, 7], static (epsilon, dtype) => new InstanceNorm2d(3, epsilon, affine: true, dtype: dtype)),
        ["LayerNorm"] = ([5, 33], static (epsilon, dtype) => new LayerNorm([33], epsilon, dtype: dtype)),
        ["GroupNorm"] = ([2, 4, 6, 6], static (epsilon, dtype) => new GroupNorm(2, 4, epsilon, dtype: dtype)),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    public static IEnumerable<TheoryDataRow<string, DType, double, double>> Cases() =>
        from name in Layers.Keys
        from size in (IEnumerable<(DType Type, double Scale, double Epsilon)>)
        [
            (DType.Float32, 1e20, 1e-5), (DType.Float32, 1e20, 0), (DType.Float32, 1e30, 1e-5), (DType.Float32, 1e-30, 0),
            (DType.Float32, 1e-30, 1e-5),
            (DType.Float32, 1e-3, 1e-5), (DType.Float64, 1e200, 1e-5), (DType.Float64, 1e200, 0), (DType.Float64, 1e-200, 0),
            (DType.Float64, 1e-100, 1e-5),
        ]
        select new TheoryDataRow<string, DType, double, double>(name, size.Type, size.Scale, size.Epsilon);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Inputs_of_any_size_are_normalised_as_ordinary_ones(string name, DType dtype, double scale, double epsilon)
    {
        (Tensor y, Tensor[] gradients) = Run(name, dtype, scale, epsilon, composed: false);
        (Tensor expected, Tensor[] expectedGradients) = Run(name, DType.Float64, 1, epsilon / scale / scale, composed: false);
        double tolerance = dtype == DType.Float32 ? 2e-5 : 1e-12;
        Near(expected, y, tolerance);
        Assert.All(expectedGradients.Zip(gradients), pair => Near(pair.First, pair.Second, 10 * tolerance));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void So_are_gradients_that_have_a_graph(string name, DType dtype, double scale, double epsilon)
    {
        (_, Tensor[] composed) = Run(name, dtype, scale, epsilon, composed: true);
        (_, Tensor[] expected) = Run(name, DType.Float64, 1, epsilon / scale / scale, composed: false);
        Assert.All(expected.Zip(composed), pair => Near(pair.First, pair.Second, dtype == DType.Float32 ? 1e-3 : 1e-9));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_far_from_zero_keep_their_digits(string name)
    {
        // Multiples of 1/16 are exact in single precision up to 2²⁰.
        (Shape shape, Maker make) = Layers[name];
        Tensor x = ((Pattern(shape) * 16).To(DType.Int64).To(DType.Float64) / 16) + 1e6;
        Module single = Prepared(make(1e-5, DType.Float32)), whole = Prepared(make(1e-5, DType.Float64));
        Near(whole.Forward(x).Detach(), single.Forward(x.To(DType.Float32)).Detach(), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_that_do_not_vary_become_the_bias(string name)
    {
        (Shape shape, Maker make) = Layers[name];
        foreach (double value in new[] { 0, 1, 1e20, -1e-30, 3e38 })
        {
            foreach (double epsilon in new[] { 1e-5, 0 })
            {
                Module layer = Prepared(make(epsilon, DType.Float32));
                Tensor x = Tensor.Full(shape, value);
                x.RequiresGrad = true;
                Tensor y = layer.Forward(x);
                y.Sum().Backward();
                Near(Prepared(make(1, DType.Float64)).Forward(Tensor.Zeros(shape, DType.Float64)).Detach(), y.Detach(), 1e-6);
                Assert.Equal(1, x.Grad!.IsFinite().To(DType.Float32).Min().Item());
            }
        }
    }

    [Fact]
    public void Evaluation_of_far_values_keeps_their_digits()
    {
        BatchNorm1d layer = new(2);
        layer.RunningMean!.Fill(1e6);
        layer.RunningVar!.Fill(1e-2);
        layer.Eval();
        Tensor y = layer.Forward(Tensor.From([1e6f + 0.0625f, 1e6f - 0.125f], [1, 2])).Detach();
        double inverse = 1 / Math.Sqrt(1e-2 + 1e-5);
        Near(Tensor.From([0.0625 * inverse, -0.125 * inverse], [1, 2]), y, 1e-6);
    }

    [Fact]
    public void One_batch_of_huge_values_does_not_end_the_running_variance()
    {
        BatchNorm1d layer = new(1);
        layer.Forward(Tensor.From([1e25f, -1e25f, 0f], [3, 1]));
        Assert.True(float.IsFinite(layer.RunningVar!.ToArray<float>()[0]));
        Assert.True(layer.RunningVar[0].Item() > 1e37);
    }

    [Fact]
    public void Running_statistics_of_large_values_are_exact()
    {
        BatchNorm1d layer = new(1, momentum: 1);
        layer.Forward(Tensor.From([1e18f, -1e18f], [2, 1]));
        Assert.Equal(2e36, layer.RunningVar![0].Item(), 1e31);
    }

    [Fact]
    public void Every_normalising_layer_stands_in_the_table()
    {
        IEnumerable<Type> all = typeof(Module).Assembly.GetTypes().Where(
            static type =>
                type.IsSubclassOf(typeof(Module)) && !type.IsAbstract && type.Name.Contains("Norm", StringComparison.Ordinal)
                    // The conditional layer normalises by a BatchNorm2d. PixelNorm squares latents as they are, as in StyleGAN2.
                    && type != typeof(SpectralNorm) && type != typeof(ConditionalBatchNorm2d) && type != typeof(PixelNorm));
        Assert.Empty(all.Except(Layers.Values.Select(static layer => layer.Make(1e-5, DType.Float32).GetType())));
    }

    static (Tensor Y, Tensor[] Gradients) Run(string name, DType dtype, double scale, double epsilon, bool composed)
    {
        (Shape shape, Maker make) = Layers[name];
        Module layer = Prepared(make(epsilon, dtype));
        Tensor x = (Pattern(shape) * scale).To(dtype);
        x.RequiresGrad = true;
        Tensor y = layer.Forward(x);
        Tensor loss = (y * Tensor.Randn(shape, DType.Float64, new(3)).To(dtype)).Sum();
        Tensor[] gradients = Autograd.Grad([loss], [x, .. layer.Parameters()], createGraph: composed);
        return (y.Detach(), [gradients[0].Detach().To(DType.Float64) * scale, .. gradients[1..].Select(static g => g.Detach())]);
    }

    static Module Prepared(Module layer)
    {
        foreach ((int i, Tensor parameter) in layer.Parameters().Index())
        {
            parameter.Detach().CopyFrom(Tensor.Randn(parameter.Shape, DType.Float64, new((ulong)i)) + 2);
        }

        return layer;
    }

    static Tensor Pattern(Shape shape) => Tensor.Randn(shape, DType.Float64, new(2)) + 0.3;

    static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        double size = Math.Max(1e-300, expected.Abs().Max().Item());
        double error = (expected.To(DType.Float64) - actual.To(DType.Float64)).Abs().Max().Item();
        Assert.True(error <= tolerance * size, $"{error} of {size}");
    }
}
