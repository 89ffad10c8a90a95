using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class TripletMarginWithDistanceLossTests : LossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("embedding", nameof(TripletMarginWithDistanceLoss));

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1, 2), Doubles(1, 2), Doubles(1, 2)],
        [Doubles(1e4, 0), Doubles(-1e4, 0), Doubles(-1e4, 0)],
    ];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new TripletMarginWithDistanceLoss(
            Distance(golden.Args.Text("distance")), golden.Args.Double("margin"), golden.Args.Flag("swap"), reduction: golden.Reduction())
            .Forward(x[0], x[1], x[2]),
        tolerance: 1e-8,
        file: "embedding");

    [Fact]
    public void Default_distance_gives_the_triplet_margin_loss()
    {
        Tensor[] x = Draw([6, 4], Random);
        foreach (bool swap in new[] { false, true })
        {
            foreach (bool smooth in new[] { false, true })
            {
                Near(
                    new TripletMarginLoss(0.7, swap: swap, smooth: smooth).Forward(x[0], x[1], x[2]),
                    new TripletMarginWithDistanceLoss(null, 0.7, swap, smooth).Forward(x[0], x[1], x[2]));
            }
        }
    }

    [Fact]
    public void Distance_may_be_any_other_loss()
    {
        var cosine = new CosineSimilarityLoss(reduction: Reduction.None);
        Tensor loss = new TripletMarginWithDistanceLoss(cosine.Forward, 0.2).Forward(Doubles(1, 0), Doubles(0, 1), Doubles(1, 1));
        Assert.Equal(1 - (1 - Math.Sqrt(0.5)) + 0.2, loss.Item(), 1e-12);
    }

    [Fact]
    public void Options_are_checked_and_round_trip_without_the_distance()
    {
        CriterionAssert.IsStored(new TripletMarginWithDistanceLoss(null, 0.2, true, true, Reduction.Sum) { OnEmpty = OnEmpty.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TripletMarginWithDistanceLoss(margin: -1));
        Assert.Contains("d(p, n)", new TripletMarginWithDistanceLoss(swap: true).ToLatex(), StringComparison.Ordinal);
    }

    static Func<Tensor, Tensor, Tensor>? Distance(string name) => name switch
    {
        "cosine" => new CosineSimilarityLoss(reduction: Reduction.None).Forward,
        "squared" => static (x, y) => ((x - y) * (x - y)).Sum(-1),
        "manhattan" => static (x, y) => (x - y).Abs().Sum(-1),
        _ => null,
    };

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        new TripletMarginWithDistanceLoss(margin: 1000, reduction: reduction) { OnEmpty = onEmpty }.Forward(
            inputs[0], inputs[1], inputs[2]);

    // On two sides of the anchor, so that its gradient does not cancel in one dimension.
    protected override Tensor[] Draw(Shape shape, RandomStream random)
    {
        Tensor anchor = Tensor.Randn(shape, DType.Float64, random);
        Tensor Apart() => Tensor.Rand(shape, DType.Float64, random, low: 0.1, high: 2);
        return [anchor, anchor + Apart(), anchor - Apart()];
    }
}
