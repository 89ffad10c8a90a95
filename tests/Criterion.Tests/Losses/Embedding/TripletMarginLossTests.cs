using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class TripletMarginLossTests : RowLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("embedding", nameof(TripletMarginLoss));

    // Wide, so that random triplets violate it.
    protected override RowLoss Default => new TripletMarginLoss(1000);

    protected override IEnumerable<Tensor[]> Extremes =>
    [
        [Doubles(1, 2), Doubles(1, 2), Doubles(1, 2)],
        [Doubles(0, 0), Doubles(0, 0), Doubles(0, 0)],
        [Doubles(1e4, 0), Doubles(-1e4, 0), Doubles(-1e4, 0)],
        [Doubles(0, 0), Doubles(1000, 0), Doubles(2000, 0)],
    ];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new TripletMarginLoss(
            golden.Args.Double("margin", 1),
            golden.Args.Double("p", 2),
            golden.Args.Double("eps", 1e-6),
            golden.Args.Flag("swap"),
            reduction: golden.Reduction()).Forward(x[0], x[1], x[2]),
        file: "embedding");

    [Fact]
    public void Oracle_of_all_triplets()
    {
        Tensor e = Tensor.From<double>([1, 0, 0, 0.8, 0.6, 0, 0, 1, 0, 0, 0.6, 0.8], [4, 3]);
        Tensor Rows(params long[] rows) => e.IndexSelect(0, Tensor.From(rows));
        Tensor loss = new TripletMarginLoss(0.05, epsilon: 0, reduction: Reduction.None)
            .Forward(Rows(0, 0, 1, 1, 2, 2, 3, 3), Rows(1, 1, 0, 0, 3, 3, 2, 2), Rows(2, 3, 2, 3, 0, 1, 0, 1));
        Near(Tensor.From<double>([0, 0, 0, 0, 0, 0.05, 0, 0]), loss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(double.PositiveInfinity)]
    public void Degrees_swap_and_smooth_have_their_derivatives(double p)
    {
        foreach (bool swap in new[] { false, true })
        {
            foreach (bool smooth in new[] { false, true })
            {
                GradCheck.Check(
                    x => new TripletMarginLoss(2, p, swap: swap, smooth: smooth).Forward(x[0], x[1], x[2]), Draw([4, 5], Random));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(double.PositiveInfinity)]
    public void Coinciding_rows_without_epsilon_are_finite_to_second_order(double p)
    {
        foreach (DType type in new[] { DType.Float64, DType.Float32 })
        {
            Tensor[] x = Leaves([Doubles(1, 2).To(type), Doubles(1, 2).To(type), Doubles(1, 2).To(type)]);
            Tensor loss = new TripletMarginLoss(1, p, 0, swap: true).Forward(x[0], x[1], x[2]);
            Tensor[] first = Criterion.Autograd.Grad([loss], x, createGraph: true);
            Tensor slopes = first.Select(static g => (g * g).Sum()).Aggregate(static (a, b) => a + b);
            Tensor[] second = slopes.RequiresGrad ? Criterion.Autograd.Grad([slopes], x, allowUnused: true) : [];
            Assert.Equal(1, loss.Item());
            Assert.All([.. first, .. second], static g => Assert.Equal(new double[2], g.To(DType.Float64).ToArray<double>()));
        }
    }

    [Fact]
    public void Smooth_form_is_the_softplus_of_the_violation()
    {
        Tensor[] x = [Doubles(0, 0), Doubles(3, 4), Doubles(0, 1)];
        Assert.Equal(4.5, new TripletMarginLoss(0.5, epsilon: 0).Forward(x[0], x[1], x[2]).Item(), 1e-12);
        Assert.Equal(
            4.5 + Math.Log(1 + Math.Exp(-4.5)),
            new TripletMarginLoss(0.5, epsilon: 0, smooth: true).Forward(x[0], x[1], x[2]).Item(),
            1e-12);
    }

    [Fact]
    public void Swap_takes_the_nearer_of_anchor_and_positive()
    {
        Tensor[] x = [Doubles(0, 0), Doubles(3, 0), Doubles(4, 0)];
        Assert.Equal(0, new TripletMarginLoss(1, epsilon: 0).Forward(x[0], x[1], x[2]).Item(), 1e-12);
        Assert.Equal(3, new TripletMarginLoss(1, epsilon: 0, swap: true).Forward(x[0], x[1], x[2]).Item(), 1e-12);
    }

    [Fact]
    public void Options_are_checked_and_round_trip()
    {
        CriterionAssert.IsStored(new TripletMarginLoss(0.2, 3, 0, true, true, Reduction.Sum) { OnEmpty = OnEmpty.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TripletMarginLoss(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TripletMarginLoss(p: 0.9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TripletMarginLoss(epsilon: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TripletMarginLoss() with { P = double.NaN });
    }

    [Fact]
    public void Negative_of_another_shape_is_an_error_that_names_it() => Assert.Contains(
        "negative",
        Assert.Throws<ShapeException>(
            () => new TripletMarginLoss().Forward(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.Ones([1, 3]))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Curve_runs_along_the_distance_of_the_positive() => Near(
        Tensor.From<double>([0, 0.5, 2.5]), new TripletMarginLoss(0.5).Curves().Single().Value(Tensor.From<double>([0, 1, 3])));

    [Fact]
    public void Infinite_degree_writes_itself() =>
        Assert.Contains("max", new TripletMarginLoss(p: double.PositiveInfinity).ToLatex(), StringComparison.Ordinal);

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        new TripletMarginLoss(1000, reduction: reduction) { OnEmpty = onEmpty }.Forward(inputs[0], inputs[1], inputs[2]);

    // On two sides of the anchor, so that its gradient does not cancel in one dimension.
    protected override Tensor[] Draw(Shape shape, RandomStream random)
    {
        Tensor anchor = Tensor.Randn(shape, DType.Float64, random);
        Tensor Apart() => Tensor.Rand(shape, DType.Float64, random, low: 0.1, high: 2);
        return [anchor, anchor + Apart(), anchor - Apart()];
    }
}
