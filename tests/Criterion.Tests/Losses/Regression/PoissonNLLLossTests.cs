using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Regression;

public class PoissonNLLLossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("regression", nameof(PoissonNLLLoss));

    protected override PointwiseLoss Default => new PoissonNLLLoss(full: true);

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, -1e4, 40, 0, 0, -1e4), Doubles(0, 0, 1, 1e4, 1, 5)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(op, name, Call, file: "regression");

    static Tensor Call(GoldenCase golden, Tensor[] x) => new PoissonNLLLoss(
        golden.Args.Flag("log_input"), golden.Args.Flag("full"), golden.Args.Double("eps"), golden.Reduction()).Forward(x[0], x[1]);

    [Fact]
    public void Rate_and_its_logarithm_say_the_same()
    {
        Tensor rate = Tensor.Rand([5, 9], DType.Float64, Random, low: 0.1, high: 5);
        Tensor counts = (rate * 2).To(DType.Int64).To(DType.Float64);
        Near(new PoissonNLLLoss(false, epsilon: 0).Forward(rate, counts), new PoissonNLLLoss().Forward(rate.Log(), counts), 1e-12);
    }

    [Fact]
    public void Best_rate_is_the_count() => Assert.Equal(
        0, Kink.Derivatives(new PoissonNLLLoss(), Tensor.From([Math.Log(7)], [1, 1]), Doubles(7))[0], 1e-12);

    [Fact]
    public void Full_adds_Stirlings_term_above_1_only()
    {
        Tensor x = Doubles(0, 0, 0, 0);
        Tensor y = Doubles(0, 1, 2, 50);
        Tensor added = (Default with { Reduction = Reduction.None }).Forward(x, y) - new PoissonNLLLoss(reduction: Reduction.None).Forward(
            x, y);
        Assert.Equal([0.0, 0.0], added.ToArray<double>()[..2]);
        Assert.Equal((2 * Math.Log(2)) - 2 + (0.5 * Math.Log(4 * Math.PI)), added[0, 2].Item(), 1e-12);
        Assert.Equal(148.4777669517730, added[0, 3].Item(), 2e-3);
    }

    [Fact]
    public void Rate_of_0_is_finite_with_a_finite_gradient()
    {
        Tensor[] x = Leaves([Doubles(0), Doubles(3)]);
        Tensor loss = new PoissonNLLLoss(false).Forward(x[0], x[1]);
        loss.Backward();
        Assert.Equal(-3 * Math.Log(1e-8), loss.Item(), 1e-9);
        Assert.Equal(1 - 3e8, x[0].Grad!.Item(), 1e-3);
    }

    [Fact]
    public void Negative_counts_and_rates_are_errors_that_name_them()
    {
        Assert.Contains(
            "target must be a count",
            Assert.Throws<LossException>(() => Default.Forward(Doubles(1, 1), Doubles(0, -1))).Message,
            StringComparison.Ordinal);
        string message = Assert.Throws<LossException>(() => new PoissonNLLLoss(false).Forward(Doubles(1, -0.5), Doubles(0, 1))).Message;
        Assert.Contains("element 1 is -0.5", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Negative_epsilon_is_an_error() => Assert.Throws<ArgumentOutOfRangeException>(() => new PoissonNLLLoss(epsilon: -1));

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random), Tensor.Rand(shape, DType.Float64, random, low: 1.2, high: 6)];
}
