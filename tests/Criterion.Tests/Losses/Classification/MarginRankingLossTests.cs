using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class MarginRankingLossTests : TernaryLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", nameof(MarginRankingLoss));

    protected override TernaryLoss Default => new MarginRankingLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 0, 1e4, 1e4, -1e4, -1e4), Doubles(0, 0, -1e4, -1e4, 1e4, 1e4)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new MarginRankingLoss(golden.Args.Double("margin"), golden.Reduction()).Forward(x[0], x[1], x[2]),
        file: "classification");

    [Fact]
    public void Order_turned_round_with_the_target_is_the_same()
    {
        Tensor[] x = Draw([5, 9], Random);
        var loss = new MarginRankingLoss(0.3);
        Near(loss.Forward(x[0], x[1], Third(x)), loss.Forward(x[1], x[0], -Third(x)));
    }

    [Fact]
    public void Gradient_at_the_margin_is_the_one_inside()
    {
        Tensor[] x = Leaves([Doubles(1.5, 1.49, 1.51), Doubles(1, 1, 1)]);
        new MarginRankingLoss(0.5, Reduction.Sum).Forward(x[0], x[1], Doubles(1, 1, 1)).Backward();
        Assert.Equal([-1.0, -1.0, 0.0], x[0].Grad!.ToArray<double>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Target_that_is_neither_1_nor_minus_1_is_an_error_that_names_it(double target) => Assert.Contains(
        "element 1",
        Assert.Throws<LossException>(() => new MarginRankingLoss().Forward(Doubles(1, 2), Doubles(2, 1), Doubles(1, target))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Target_of_another_shape_is_an_error() => Assert.Throws<ShapeException>(
        () => new MarginRankingLoss().Forward(Tensor.Ones([4, 5]), Tensor.Ones([4, 5]), Tensor.Ones([4, 1])));

    [Fact]
    public void Margin_that_is_not_finite_is_an_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarginRankingLoss(double.NaN));

    protected override Tensor Third(Tensor[] inputs) => Signs.Like(inputs[0]);

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        new MarginRankingLoss(reduction: reduction) { OnEmpty = onEmpty }.Forward(inputs[0], inputs[1], Third(inputs));

    // Turned round, an odd batch of odd rows keeps its targets.
    protected override Tensor Order(int count) => Tensor.Arange(count - 1, -1, -1, DType.Int64);

    protected override Tensor[] Draw(Shape shape, RandomStream random) => Drawn.AwayFrom(0, shape, random);
}
