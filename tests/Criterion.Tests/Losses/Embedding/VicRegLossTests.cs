using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class VicRegLossTests : ViewLossContract
{
    protected override ICriterion Default => new VicRegLoss();

    public static IEnumerable<TheoryDataRow<string, string>> Written => GoldenFile.Rows("contrast", "VICReg");

    public static IEnumerable<TheoryDataRow<string, string>> Library => GoldenFile.Rows("metric_learning", "VICRegLoss");

    [Theory]
    [MemberData(nameof(Written))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => new VicRegLoss(halved: golden.Args.Flag("half")).Forward(x[0], x[1]), "contrast");

    [Theory]
    [MemberData(nameof(Library))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new VicRegLoss(
            golden.Args.Double("invariance_lambda"),
            golden.Args.Double("variance_mu"),
            golden.Args.Double("covariance_v"),
            epsilon: golden.Args.Double("eps")).Forward(x[0], x[1]),
        "metric_learning");

    [Fact]
    public void Paper_and_code_differ_by_half_of_the_variance_term()
    {
        (Tensor x1, Tensor x2) = Draw(9, 4);
        LossReport code = new VicRegLoss().Evaluate(x1, x2);
        LossReport paper = new VicRegLoss(halved: false).Evaluate(x1, x2);
        Assert.Equal(2 * code["variance"], paper["variance"], 1e-12);
        Assert.Equal(code["covariance"], paper["covariance"]);
        Assert.Equal(code.Total.Item() + (25 * code["variance"]), paper.Total.Item(), 1e-10);
    }

    [Fact]
    public void Weights_scale_their_terms()
    {
        (Tensor x1, Tensor x2) = Draw(9, 4);
        LossReport report = new VicRegLoss(2, 3, 4).Evaluate(x1, x2);
        Assert.Equal(
            (2 * report["invariance"]) + (3 * report["variance"]) + (4 * report["covariance"]), report.Total.Item(), 1e-10);
        Assert.Equal(report["invariance"] * 5, new VicRegLoss(5, 0, 0).Forward(x1, x2).Item(), 1e-12);
    }

    [Fact]
    public void Features_with_enough_deviation_cost_nothing()
    {
        (Tensor x1, Tensor x2) = Draw(33, 4);
        Assert.Equal(0, new VicRegLoss(deviation: 0.1).Evaluate(x1, x2)["variance"]);
        Assert.NotEqual(0, new VicRegLoss(deviation: 5).Evaluate(x1, x2)["variance"]);
    }

    [Fact]
    public void Features_that_do_not_covary_cost_nothing()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 1 }, { 1, -1 }, { -1, 1 }, { -1, -1 } });
        Assert.Equal(0, new VicRegLoss().Forward(x * 2, x * 2).Item());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Options_out_of_range_are_errors(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VicRegLoss(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VicRegLoss(1, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VicRegLoss(1, 1, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VicRegLoss(deviation: value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VicRegLoss() with { Epsilon = value });
    }

    protected override Tensor Loss(Tensor x1, Tensor x2) => new VicRegLoss().Forward(x1, x2);

    protected override double Collapsed(int features) => 25 * (1 - Math.Sqrt(1e-4));

    protected override double Plain(double[][] x1, double[][] x2)
    {
        int d = x1[0].Length;
        double invariance = 0;
        double variance = 0;
        double covariance = 0;
        for (int j = 0; j < d; j++)
        {
            invariance += x1.Zip(x2).Average(pair => Math.Pow(pair.First[j] - pair.Second[j], 2)) / d;
            foreach (double[][] x in (double[][][])[x1, x2])
            {
                variance += Math.Max(0, 1 - Math.Sqrt(Covariance(x, j, x, j, 1) + 1e-4)) / (2 * d);
                covariance += Enumerable.Range(0, d).Where(k => k != j).Sum(k => Math.Pow(Covariance(x, j, x, k, 1), 2)) / d;
            }
        }

        return (25 * invariance) + (25 * variance) + covariance;
    }
}
