using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Regression;

public class SmoothL1LossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("regression", nameof(SmoothL1Loss));

    protected override PointwiseLoss Default => new SmoothL1Loss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1, 0), Doubles(0, 1e4, 1e4, 0, 1)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, (golden, x) => new SmoothL1Loss(golden.Args.Double("beta"), golden.Reduction()).Forward(x[0], x[1]), file: "regression");

    [Fact]
    public void Oracle() => Assert.Equal(0.71, new SmoothL1Loss(0.5).Forward(Oracles.Prediction, Oracles.Target).Item(), 1e-12);

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(3)]
    public void Beta_times_it_is_Huber(double beta)
    {
        Tensor[] x = Draw([5, 9], Random);
        Tensor loss = new SmoothL1Loss(beta).Forward(x[0], x[1]);
        Near(beta == 0 ? new L1Loss().Forward(x[0], x[1]) : new HuberLoss(beta).Forward(x[0], x[1]) / beta, loss);
    }

    [Fact]
    public void Gradient_where_equal_is_zero_without_Beta_too()
    {
        Tensor[] x = Leaves([Doubles(1, 2), Doubles(1, 3)]);
        new SmoothL1Loss(0, Reduction.Sum).Forward(x[0], x[1]).Backward();
        Assert.Equal([0.0, -1.0], x[0].Grad!.ToArray<double>());
    }

    [Fact]
    public void Second_derivative_at_Beta_is_that_outside() =>
        Assert.Equal([1.0, 0.0, 0.0], Kink.SecondDerivatives(Default, Doubles(0.99, 1, 1.01), Doubles(0, 0, 0)));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Beta_below_0_is_an_error_also_in_a_copy(double beta)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SmoothL1Loss(beta));
        Assert.Contains(
            "Beta",
            Assert.Throws<ArgumentOutOfRangeException>(() => new SmoothL1Loss() with { Beta = beta }).Message,
            StringComparison.Ordinal);
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.AwayFrom(1, shape, random);
}
