using Criterion.Losses;

namespace Criterion.Tests.Losses.Embedding;

public class PairMarginLossTests : PairContract
{
    // Wide, so that random pairs lie within it; the plain mean, which agrees with the single losses.
    protected override RowLoss Default => new PairMarginLoss(0, 1000, overNonZero: false);

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1, 2), Doubles(1, 2)],
        [Tensor.Zeros([2, 3], DType.Float64), Tensor.Zeros([2, 3], DType.Float64)],
        [Tensor.From<double>([0, 0, 1e4, 0], [2, 2]), Tensor.From<double>([0, 1000, 1e4, 1000], [2, 2])],
    ];

    /// <summary>All pairs of the oracle's four embeddings of two classes.</summary>
    static (Tensor X1, Tensor X2, Tensor Target) AllPairs()
    {
        Tensor e = Tensor.From<double>([1, 0, 0, 0.8, 0.6, 0, 0, 1, 0, 0, 0.6, 0.8], [4, 3]);
        return (
            e.IndexSelect(0, Tensor.From<long>([0, 0, 0, 1, 1, 2])),
            e.IndexSelect(0, Tensor.From<long>([1, 2, 3, 2, 3, 3])),
            Tensor.From<long>(
            [1, 0, 0, 0, 0, 1]));
    }

    [Fact]
    public void Oracle()
    {
        (Tensor x1, Tensor x2, Tensor target) = AllPairs();
        Assert.Equal(0.869014170517, new PairMarginLoss().Forward(x1, x2, target).Item(), 1e-11);
    }

    [Fact]
    public void Mean_over_non_zero_has_its_own_derivatives()
    {
        (Tensor x1, Tensor x2, Tensor target) = AllPairs();
        GradCheck.Check(x => new PairMarginLoss(0.1, 1.2).Forward(x[0], x[1], target), [x1, x2]);
    }

    [Fact]
    public void Pairs_that_all_cost_nothing_cost_nothing()
    {
        Tensor[] x = Leaves([Doubles(0, 0), Doubles(3, 4)]);
        Tensor loss = new PairMarginLoss().Forward(x[0], x[1], Tensor.From<long>([0]));
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Assert.Equal([0, 0], x[0].Grad!.ToArray<double>());
    }

    [Fact]
    public void NaN_shows_in_the_mean_over_non_zero() => Assert.True(
        double.IsNaN(new PairMarginLoss().Forward(Doubles(double.NaN, 0), Doubles(0, 0), Tensor.From<long>([0])).Item()));

    [Theory]
    [InlineData(1, 1, 6)]
    [InlineData(1, 2, 4)]
    [InlineData(0, 1, 3)]
    [InlineData(0, 2, 5)]
    public void Value_by_degree(long target, double p, double expected)
    {
        var loss = new PairMarginLoss(1, 10, p);
        Assert.Equal(expected, loss.Forward(Doubles(0, 0), Doubles(3, 4), Tensor.From<long>([target])).Item(), 1e-12);
    }

    [Fact]
    public void Options_are_checked_and_round_trip()
    {
        CriterionAssert.IsStored(new PairMarginLoss(0.2, 0.8, 1, false, Reduction.Sum) { OnEmpty = OnEmpty.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PairMarginLoss(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PairMarginLoss(0, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PairMarginLoss(p: 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PairMarginLoss(p: double.PositiveInfinity));
    }
}
