using Criterion.Losses;

namespace Criterion.Tests.Losses.Adversarial;

public class PullingAwayPenaltyTests
{
    static readonly PullingAwayPenalty Unit = new(weight: 1);

    static RandomStream Random => new(5);

    [Fact]
    public void Value_is_the_oracle() =>
        Assert.Equal(1 / 3.0, Unit.Forward(Tensor.From(new double[,] { { 1, 0 }, { 0.6, 0.8 }, { 0, 1 } })).Item(), 1e-11);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 5)]
    [InlineData(7, 4)]
    [InlineData(8, 4)]
    [InlineData(33, 5)]
    public void Value_is_that_of_plain_doubles(int n, int d)
    {
        Tensor s = Tensor.Randn([n, d], DType.Float64, Random);
        double[] x = s.ToArray<double>();
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double Dot(int a, int b) => Enumerable.Range(0, d).Sum(k => x[(a * d) + k] * x[(b * d) + k]);
                sum += i == j ? 0 : Dot(i, j) * Dot(i, j) / (Dot(i, i) * Dot(j, j));
            }
        }

        Assert.Equal(sum / (n * (n - 1)), Unit.Forward(s).Item(), 1e-10);
        Assert.Equal(0.1 * sum / (n * (n - 1)), new PullingAwayPenalty().Forward(s).Item(), 1e-10);
        GradCheck.Check(x => Unit.Forward(x[0]), [s]);
    }

    [Fact]
    public void Orthogonal_is_0_parallel_is_1_and_length_does_not_matter()
    {
        Assert.Equal(0, Unit.Forward(Tensor.Eye(4, DType.Float64)).Item());
        Assert.Equal(1, Unit.Forward(Tensor.Ones([4, 3], DType.Float64)).Item(), 1e-11);
        Tensor s = Tensor.Randn([4, 2, 3], DType.Float64, Random);
        Assert.Equal(Unit.Forward(s).Item(), Unit.Forward(s * 1e3).Item(), 1e-11);
        Assert.Equal(Unit.Forward(s).Item(), Unit.Forward(s.Flatten(1)).Item());
    }

    [Fact]
    public void Zeros_are_orthogonal_with_gradient_0()
    {
        Tensor s = Tensor.From(new double[,] { { 0, 0 }, { 3, 4 }, { 1, 0 } });
        s.RequiresGrad = true;
        Tensor value = Unit.Forward(s);
        Tensor slope = Criterion.Autograd.Grad(value, s, createGraph: true);
        Assert.Equal(2 * 0.36 / 6, value.Item(), 1e-11);
        Assert.Equal(0, slope[0].Abs().Sum().Item());
        Assert.True(double.IsFinite(Criterion.Autograd.Grad((slope * slope).Sum(), s).Sum().Item()));
    }

    [Fact]
    public void Nothing_to_pull_apart_is_an_error()
    {
        Assert.Contains("[1, 3]", Assert.Throws<ShapeException>(() => Unit.Forward(Tensor.Ones([1, 3]))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Unit.Forward(Tensor.Ones([3])));
        Assert.Throws<ShapeException>(() => Unit.Forward(Tensor.Ones([3, 0])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PullingAwayPenalty(-1));
        Tensor nan = Tensor.From(new double[,] { { 1, double.NaN }, { 3, 4 } });
        Assert.True(double.IsNaN(Unit.Forward(nan).Item()));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new PullingAwayPenalty());
        CriterionAssert.IsStored(new PullingAwayPenalty(0.5));
    }
}
