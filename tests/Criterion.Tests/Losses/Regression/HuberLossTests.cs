using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Regression;

public class HuberLossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("regression", nameof(HuberLoss));

    protected override PointwiseLoss Default => new HuberLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1, 0), Doubles(0, 1e4, 1e4, 0, 1)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, (golden, x) => new HuberLoss(golden.Args.Double("delta"), golden.Reduction()).Forward(x[0], x[1]), file: "regression");

    [Fact]
    public void Oracle() => Assert.Equal(0.355, new HuberLoss(0.5).Forward(Oracles.Prediction, Oracles.Target).Item(), 1e-12);

    [Fact]
    public void Second_derivative_at_Delta_is_that_inside() =>
        Assert.Equal([1.0, 1.0, 0.0], Kink.SecondDerivatives(Default, Doubles(0.99, 1, 1.01), Doubles(0, 0, 0)));

    [Fact]
    public void Far_below_Delta_it_is_half_of_the_squared_error()
    {
        Tensor[] x = Draw([5, 9], Random);
        Near(new MSELoss().Forward(x[0], x[1]) / 2, new HuberLoss(100).Forward(x[0], x[1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Delta_that_is_not_positive_is_an_error_also_in_a_copy(double delta)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HuberLoss(delta));
        Assert.Contains(
            "Delta",
            Assert.Throws<ArgumentOutOfRangeException>(() => new HuberLoss() with { Delta = delta }).Message,
            StringComparison.Ordinal);
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.AwayFrom(1, shape, random);
}
