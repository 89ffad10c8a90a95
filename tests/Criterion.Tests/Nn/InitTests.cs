using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Initial values have the mean, deviation and bounds that their papers give.</summary>
public class InitTests
{
    static readonly Shape Weights = [200, 50, 3, 3];

    public static TheoryData<string, Func<Tensor, Tensor>, double, double> Draws => new()
    {
        { "normal", static t => Init.Normal(t, 0.5, 0.02, Stream()), 0.5, 0.02 },
        { "uniform", static t => Init.Uniform(t, -1, 3, Stream()), 1, 4 / Math.Sqrt(12) },
        { "xavier uniform", static t => Init.XavierUniform(t, random: Stream()), 0, Math.Sqrt(2.0 / (450 + 1800)) },
        { "xavier normal", static t => Init.XavierNormal(t, 2, Stream()), 0, 2 * Math.Sqrt(2.0 / (450 + 1800)) },
        { "kaiming uniform", static t => Init.KaimingUniform(t, random: Stream()), 0, Math.Sqrt(2.0 / 450) },
        { "kaiming normal", static t => Init.KaimingNormal(t, mode: FanMode.FanOut, random: Stream()), 0, Math.Sqrt(2.0 / 1800) },
        { "kaiming tanh", static t => Init.KaimingNormal(t, nonlinearity: Nonlinearity.Tanh, random: Stream()), 0, 5.0 / 3 / Math.Sqrt(
            450) },
        { "constant", static t => Init.Constant(t, 3), 3, 0 },
    };

    [Theory]
    [MemberData(nameof(Draws), DisableDiscoveryEnumeration = true)]
    public void Mean_and_deviation_are_as_promised(string name, Func<Tensor, Tensor> init, double mean, double deviation)
    {
        Tensor weights = Tensor.Empty(Weights);
        weights.RequiresGrad = true;
        Assert.Same(weights, init(weights));
        Tensor values = weights.Detach();
        Assert.True(Math.Abs(values.Mean().Item() - mean) <= 0.02 * deviation, name);
        Assert.Equal(deviation, values.Std().Item(), 0.01 * deviation);
    }

    [Fact]
    public void Layers_start_within_the_bounds_of_PyTorch()
    {
        Linear linear = new(100, 50, random: Stream());
        Within(linear.Weight, 0.1);
        Within(linear.Bias!, 0.1);
        Conv2d conv = new(8, 40, 5, groups: 2, random: Stream());
        Within(conv.Weight, 0.1);
        Within(conv.Bias!, 0.1);
        ConvTranspose2d transposed = new(40, 4, 5, random: Stream());
        Within(transposed.Weight, 0.1);
        Assert.Equal(1, new Embedding(500, 20, random: Stream()).Weight.Detach().Std().Item(), 0.03);
    }

    [Fact]
    public void The_same_stream_gives_the_same_layer()
    {
        Assert.Equal(
            new Linear(7, 5, random: Stream()).Weight.ToArray<float>(), new Linear(7, 5, random: Stream()).Weight.ToArray<float>());
        Assert.NotEqual(
            new Linear(7, 5, random: new(2)).Weight.ToArray<float>(), new Linear(7, 5, random: Stream()).Weight.ToArray<float>());
    }

    [Theory]
    [InlineData(6, 6)]
    [InlineData(4, 9)]
    [InlineData(40, 7)]
    public void Orthogonal_weights_have_orthonormal_rows_or_columns(int rows, int columns)
    {
        Tensor q = Init.Orthogonal(Tensor.Empty([rows, columns, 1], DType.Float64), gain: 2, Stream()).Reshape(rows, columns);
        Tensor product = rows <= columns ? q.MatMul(q.Transpose()) : q.Transpose().MatMul(q);
        Tensor off = product - (Tensor.Eye(Math.Min(rows, columns), DType.Float64) * 4);
        Assert.True(off.Abs().Max().Item() < 1e-12);
    }

    [Fact]
    public void Gains_are_those_of_the_table()
    {
        Assert.Equal(1, Init.Gain(Nonlinearity.Linear));
        Assert.Equal(1, Init.Gain(Nonlinearity.Sigmoid));
        Assert.Equal(5.0 / 3, Init.Gain(Nonlinearity.Tanh));
        Assert.Equal(Math.Sqrt(2), Init.Gain(Nonlinearity.ReLU));
        Assert.Equal(Math.Sqrt(2 / 1.04), Init.Gain(Nonlinearity.LeakyReLU, 0.2));
        Assert.Equal(0.75, Init.Gain(Nonlinearity.SELU));
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Contains("[5]", Assert.Throws<ShapeException>(() => Init.XavierNormal(Tensor.Empty([5]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Init.Normal(Tensor.Empty([5]), deviation: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Init.Uniform(Tensor.Empty([5]), 2, 1));
    }

    static RandomStream Stream() => new(1);

    static void Within(Tensor weights, double bound)
    {
        Tensor size = weights.Detach().Abs();
        Assert.True(size.Max().Item() <= bound);
        Assert.True(size.Max().Item() > 0.9 * bound);
    }
}
