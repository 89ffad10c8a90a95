using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class BCEWithLogitsLossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", nameof(BCEWithLogitsLoss));

    protected override PointwiseLoss Default => new BCEWithLogitsLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e4, -1e4), Doubles(0, 0, 0, 1, 1)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) =>
            new BCEWithLogitsLoss(golden.Named("weight", x), golden.Named("pos_weight", x), golden.Reduction()).Forward(x[0], x[1]),
            file: "classification");

    [Fact]
    public void Oracle()
    {
        Tensor[] x = [Doubles(-1, 0.2, 0.5, 3), Doubles(0, 0.5, 0, 1)];
        Assert.Equal(0.508516223163, Default.Forward(x[0], x[1]).Item(), 1e-12);
        Assert.Equal(0.682344616296, new BCEWithLogitsLoss(positiveWeight: Doubles(3)).Forward(x[0], x[1]).Item(), 1e-12);
    }

    [Fact]
    public void Infinite_logits_have_their_limits()
    {
        double infinite = double.PositiveInfinity;
        Tensor losses = new BCEWithLogitsLoss(reduction: Reduction.None).Forward(
            Doubles(infinite, -infinite, infinite, -infinite), Doubles(1, 0, 0, 1));
        Assert.Equal([0, 0, infinite, infinite], losses.ToArray<double>());
    }

    [Theory]
    [InlineData(30, 1, -9.357622968839299e-14)]
    [InlineData(-30, 0, 9.357622968839299e-14)]
    public void Gradient_of_a_logit_that_is_right_is_not_rounded_away(double x, double y, double expected)
    {
        foreach (Tensor? positiveWeight in new Tensor?[] { null, Doubles(1).To(DType.Float32) })
        {
            Tensor logit = Doubles(x).To(DType.Float32);
            logit.RequiresGrad = true;
            new BCEWithLogitsLoss(positiveWeight: positiveWeight).Forward(logit, Doubles(y).To(DType.Float32)).Backward();
            Assert.Equal(1, logit.Grad!.Item() / expected, 1e-5);
        }
    }

    [Fact]
    public void Text_is_the_plain_formula() =>
        Assert.Equal(@"\operatorname{softplus}\left(-x\right) + \left(1 - y\right) \cdot x", Default.ToLatex());

    [Fact]
    public void Target_that_is_no_probability_is_an_error() => Assert.Contains(
        "element 1 is -1",
        Assert.Throws<LossException>(() => Default.Forward(Doubles(3, 2), Doubles(1, -1))).Message,
        StringComparison.Ordinal);

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random) * 3, Tensor.Rand(shape, DType.Float64, random)];
}
