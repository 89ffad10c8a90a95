using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Regression;

public class GaussianNLLLossTests : TernaryLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("regression", nameof(GaussianNLLLoss));

    protected override TernaryLoss Default => new GaussianNLLLoss();

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(0, 1e4, 0, 1, 2), Doubles(0, -1e4, 0, 1, 2), Doubles(1, 1, 1e4, 0, 1e-6)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new GaussianNLLLoss(golden.Args.Flag("full"), golden.Args.Double("eps"), golden.Reduction())
            .Forward(x[0], x[1], x[2]),
        file: "regression",

        // The derivative by the variance is the difference of 1/v and (d/v)², which are nearly equal in one case.
        slack: 8);

    [Fact]
    public void Full_is_the_logarithm_of_the_density()
    {
        double density = Math.Exp(-0.5 * 9 / 4) / Math.Sqrt(2 * Math.PI * 4);
        Assert.Equal(-Math.Log(density), new GaussianNLLLoss(full: true).Forward(Doubles(1), Doubles(4), Doubles(4)).Item(), 1e-12);
    }

    [Fact]
    public void Best_variance_is_the_squared_error() => Assert.Equal(0, VarianceGradient(3, 9), 1e-15);

    [Theory]
    [InlineData(0)]
    [InlineData(1e-7)]
    [InlineData(1e-6)]
    public void Gradient_below_Epsilon_is_the_one_at_Epsilon(double variance) =>
        Assert.Equal(0.5 * (1e6 - (4 * 1e12)), VarianceGradient(2, variance), 1e-2);

    [Theory]
    [InlineData(new[] { 2, 3, 1 })]
    [InlineData(new[] { 2, 3 })]
    public void One_variance_for_each_row_is_that_for_all_of_it(int[] shape)
    {
        Tensor[] x = Draw([2, 3, 4], Random);
        Tensor variance = Tensor.Rand(shape, DType.Float64, Random, low: 0.5, high: 2);
        Near(
            new GaussianNLLLoss().Forward(x[0], x[1], variance.Reshape(2, 3, 1).Expand(2, 3, 4)),
            new GaussianNLLLoss().Forward(x[0], x[1], variance));
    }

    [Theory]
    [InlineData(new[] { 3 })]
    [InlineData(new[] { 1, 3 })]
    [InlineData(new[] { 1 })]
    [InlineData(new int[0])]
    [InlineData(new[] { 2, 1, 1 })]
    public void Any_other_shape_of_variances_is_an_error(int[] shape) => Assert.Contains(
        "variance",
        Assert.Throws<ShapeException>(
            () => new GaussianNLLLoss().Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.Ones(shape))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Negative_variance_is_an_error_that_names_it() => Assert.Contains(
        "element 1 is -0.5",
        Assert.Throws<LossException>(() => new GaussianNLLLoss().Forward(Doubles(1, 1), Doubles(1, 1), Doubles(1, -0.5))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    public void Epsilon_that_is_not_positive_is_an_error(double epsilon) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianNLLLoss(epsilon: epsilon));

    protected override Tensor Third(Tensor[] inputs) => inputs[2];

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        new GaussianNLLLoss(reduction: reduction) { OnEmpty = onEmpty }.Forward(inputs[0], inputs[1], inputs[2]);

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [.. Drawn.Normal(shape, random), Tensor.Rand(shape, DType.Float64, random, low: 0.3, high: 2)];

    static double VarianceGradient(double error, double variance)
    {
        Tensor[] x = Leaves([Doubles(error), Doubles(0), Doubles(variance)]);
        new GaussianNLLLoss().Forward(x[0], x[1], x[2]).Backward();
        return x[2].Grad!.Item();
    }
}
