using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class BarlowTwinsLossTests : ViewLossContract
{
    protected override ICriterion Default => new BarlowTwinsLoss();

    public static IEnumerable<TheoryDataRow<string, string>> Golden =>
        GoldenFile.Rows("contrast", "BarlowTwins").Where(static row => !row.Data.Item2.EndsWith("unbiased", StringComparison.Ordinal));

    // The golden numbers have no ε. Of two rows all correlations are 1 or −1 and the gradient is 0: its rounding is not compared.
    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name)
    {
        if (name.StartsWith("2x", StringComparison.Ordinal))
        {
            GoldenCase golden = GoldenFile.Find("contrast", op, name);
            GoldenAssert.Matches(golden, x => Make(golden).Forward(x[0], x[1]));
        }
        else
        {
            LossGolden.Check(op, name, static (golden, x) => Make(golden).Forward(x[0], x[1]), "contrast", slack: 16);
        }

        static BarlowTwinsLoss Make(GoldenCase golden) => new(golden.Args.Double("weight"), 1e-300);
    }

    [Fact]
    public void Equal_views_with_uncorrelated_features_cost_nothing()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 1 }, { 1, -1 }, { -1, 1 }, { -1, -1 } });
        Assert.Equal(0, new BarlowTwinsLoss(epsilon: 1e-12).Forward(x, x).Item(), 1e-12);
        Assert.Equal(8, new BarlowTwinsLoss(epsilon: 1e-12).Forward(x, -x).Item(), 1e-9);
    }

    [Fact]
    public void Weight_scales_the_correlations_of_different_features()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 1 }, { 2, 2 }, { 4, 4 } });
        Assert.Equal(2 * 0.3, new BarlowTwinsLoss(0.3, 1e-12).Forward(x, x).Item(), 1e-9);
        Assert.Equal(0, new BarlowTwinsLoss(0, 1e-12).Forward(x, x).Item(), 1e-9);
    }

    [Fact]
    public void Scale_and_offset_of_a_feature_do_not_matter()
    {
        (Tensor x1, Tensor x2) = Draw(9, 4);
        BarlowTwinsLoss loss = new(epsilon: 1e-14);
        Assert.Equal(loss.Forward(x1, x2).Item(), loss.Forward((x1 * 7) - 3, x2).Item(), 1e-9);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Options_out_of_range_are_errors(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BarlowTwinsLoss(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BarlowTwinsLoss(epsilon: value));
    }

    protected override Tensor Loss(Tensor x1, Tensor x2) => new BarlowTwinsLoss().Forward(x1, x2);

    protected override double Collapsed(int features) => features;

    protected override double Plain(double[][] x1, double[][] x2)
    {
        int d = x1[0].Length;
        double sum = 0;
        for (int j = 0; j < d; j++)
        {
            for (int k = 0; k < d; k++)
            {
                double deviations = Math.Sqrt(Covariance(x1, j, x1, j, 0) + 1e-5) * Math.Sqrt(Covariance(x2, k, x2, k, 0) + 1e-5);
                double c = Covariance(x1, j, x2, k, 0) / deviations;
                sum += j == k ? (1 - c) * (1 - c) : 0.005 * c * c;
            }
        }

        return sum;
    }
}
