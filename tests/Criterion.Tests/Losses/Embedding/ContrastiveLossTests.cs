using Criterion.Losses;

namespace Criterion.Tests.Losses.Embedding;

public class ContrastiveLossTests : PairContract
{
    // Wide, so that random pairs lie within it.
    protected override RowLoss Default => new ContrastiveLoss(30);

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1, 2), Doubles(1, 2)],
        [Tensor.Zeros([2, 3], DType.Float64), Tensor.Zeros([2, 3], DType.Float64)],
        [Tensor.From<double>([0, 0, 1e4, 0], [2, 2]), Tensor.From<double>([0, 30, 1e4, 30], [2, 2])],
    ];

    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(0, 2, 0.5)]
    [InlineData(-1, 2, 0.5)]
    [InlineData(0, 3, 0)]
    [InlineData(0, 4, 0)]
    [InlineData(0, 0, 4.5)]
    [InlineData(1, 0, 0)]
    public void Value_is_that_of_the_paper(long target, double distance, double expected)
    {
        Tensor loss = new ContrastiveLoss(3).Forward(
            Doubles(1, 0.6 * distance), Doubles(1 + (0.8 * distance), 0), Tensor.From<long>([target]));
        Assert.Equal(expected, loss.Item(), 1e-12);
    }

    [Fact]
    public void Coinciding_dissimilar_pairs_have_gradient_0()
    {
        Tensor[] x = Leaves([Doubles(1, 2), Doubles(1, 2)]);
        Tensor loss = new ContrastiveLoss().Forward(x[0], x[1], Tensor.From<long>([0]));
        loss.Backward();
        Assert.Equal(0.5, loss.Item());
        Assert.Equal([0, 0], x[0].Grad!.ToArray<double>());
    }

    [Fact]
    public void Options_are_checked_and_round_trip()
    {
        CriterionAssert.IsStored(new ContrastiveLoss(2.5, Reduction.None) { OnEmpty = OnEmpty.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContrastiveLoss(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContrastiveLoss() with { Margin = double.NaN });
    }
}
