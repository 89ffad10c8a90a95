using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class ArcFaceLossTests : ClassWeightContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden =>
        GoldenFile.Rows("metric_learning", "ArcFaceLoss", "SubCenterArcFaceLoss");

    protected override ICriterion Default => new ArcFaceLoss();

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new ArcFaceLoss(
            golden.Args.Double("margin") * (Math.PI / 180),
            golden.Args.Double("scale"),
            golden.Args.Int("sub_centers", 1),
            golden.Reducer()).Forward(x[0], x[1], x[2]),
        "metric_learning",
        slack: Slack);

    [Fact]
    public void Logit_of_the_own_class_falls_over_all_angles()
    {
        double last = double.NegativeInfinity;
        Tensor w = Tensor.From(new double[,] { { 1, 0, 0 }, { 0, 0, 1 } });
        for (int degrees = 0; degrees <= 180; degrees++)
        {
            double angle = degrees * (Math.PI / 180);
            Tensor x = Tensor.From(new double[,] { { Math.Cos(angle), Math.Sin(angle), 0 } });
            double loss = new ArcFaceLoss(1, 4).Forward(x, Tensor.From<long>([0]), w).Item();
            Assert.True(loss > last, $"{degrees}° has {loss}, which is not above {last}.");
            last = loss;
        }
    }

    [Fact]
    public void Margin_is_an_angle()
    {
        Tensor x = Tensor.From(new double[,] { { Math.Cos(0.4), Math.Sin(0.4), 0 } });
        Tensor w = Tensor.From(new double[,] { { 1, 0, 0 }, { 0, 0, 1 } });
        double loss = new ArcFaceLoss(0.3, 2).Forward(x, Tensor.From<long>([0]), w).Item();
        Assert.Equal(Math.Log(1 + Math.Exp(-2 * Math.Cos(0.7))), loss, 1e-12);
    }

    [Fact]
    public void Options_out_of_range_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArcFaceLoss(28.6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArcFaceLoss(-0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArcFaceLoss(scale: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArcFaceLoss(centres: 0));
    }

    protected override Tensor Loss(Tensor embeddings, Tensor labels, Tensor weights, OnEmpty onEmpty = OnEmpty.Throw) =>
        new ArcFaceLoss(0.3, 5) { OnEmpty = onEmpty }.Forward(embeddings, labels, weights);

    protected override double Plain(double[][] similarities, long[] labels) => Angular(similarities, labels);

    internal static double Angular(double[][] similarities, long[] labels) => SoftmaxOfCosines.Mean(
        similarities,
        labels,
        static s => Math.Acos(Math.Clamp(s, -1, 1)) is var angle && angle + 0.3 <= Math.PI
            ? 5 * Math.Cos(angle + 0.3)
            : 5 * (s - (0.3 * Math.Sin(0.3))),
        static s => 5 * s);
}

/// <summary>ArcFace with several centres of a class.</summary>
public class SubCentreArcFaceLossTests : ClassWeightContract
{
    protected override ICriterion Default => new ArcFaceLoss(centres: 3);

    protected override int Centres => 3;

    [Fact]
    public void Weights_that_are_no_multiple_of_the_centres_are_an_error() => Assert.Contains(
        "[7, 2]",
        Assert.Throws<ShapeException>(
            () => new ArcFaceLoss(centres: 3).Forward(Tensor.Ones([1, 2]), Tensor.From<long>([0]), Tensor.Ones([7, 2]))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Gradient_reaches_the_nearest_centre_of_each_class_alone()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 0.2 } });
        Tensor w = Tensor.From(new double[,] { { 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 }, { 1, 1 }, { -1, 0 } });
        w.RequiresGrad = true;
        new ArcFaceLoss(0.1, 2, centres: 3).Forward(x, Tensor.From<long>([0]), w).Backward();
        Assert.Equal([true, false, false, false, true, false], w.Grad!.Abs().Sum(1).ToArray<double>().Select(static g => g > 0));
    }

    protected override Tensor Loss(Tensor embeddings, Tensor labels, Tensor weights, OnEmpty onEmpty = OnEmpty.Throw) =>
        new ArcFaceLoss(0.3, 5, centres: 3) { OnEmpty = onEmpty }.Forward(embeddings, labels, weights);

    protected override double Plain(double[][] similarities, long[] labels) => ArcFaceLossTests.Angular(similarities, labels);
}
