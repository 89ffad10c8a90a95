using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class TverskyLossTests : OverlapLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", "tversky");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_the_definition(string op, string name) => LossGolden.Check(op, name, Call, file: "classification");

    [Fact]
    public void With_halves_it_is_Dice()
    {
        Tensor[] x = Draw([3, 5], Random);
        Near(new DiceLoss(2, 2e-8).Forward(x[0], x[1]), new TverskyLoss(smooth: 1).Forward(x[0], x[1]));
    }

    [Fact]
    public void Misses_and_false_alarms_weigh_as_they_are_told()
    {
        Tensor prediction = Doubles(1, 1, 0, 0, 0);
        Tensor target = Doubles(1, 0, 1, 1, 0);
        Assert.Equal(1 - (1 / (1 + 0.3 + (2 * 0.7))), new TverskyLoss(0.3, 0.7).Forward(prediction, target).Item(), 1e-8);
    }

    [Theory]
    [InlineData(-1, 0.5, 0, 1e-8, "Alpha")]
    [InlineData(0.5, double.NaN, 0, 1e-8, "Beta")]
    [InlineData(0.5, 0.5, -1, 1e-8, "Smooth")]
    [InlineData(0.5, 0.5, 0, 0, "Epsilon")]
    public void Options_out_of_range_are_errors(double alpha, double beta, double smooth, double epsilon, string name) => Assert.Contains(
        name,
        Assert.Throws<ArgumentOutOfRangeException>(() => new TverskyLoss(alpha, beta, smooth, epsilon)).Message,
        StringComparison.Ordinal);

    protected override OverlapLoss Smoothed(double smooth) => new TverskyLoss(smooth: smooth);

    static Tensor Call(GoldenCase golden, Tensor[] x) => new TverskyLoss(
        golden.Args.Double("alpha"), golden.Args.Double("beta"), golden.Args.Double("smooth"), golden.Args.Double("eps"), golden.Reduction(
            ))
        .Forward(x[0], x[1]);
}
