using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class BCEWithLogitsLossTests : PointwiseLossContract<BCEWithLogitsLoss.CrossEntropy>
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", nameof(BCEWithLogitsLoss));

    protected override PointwiseLoss<BCEWithLogitsLoss.CrossEntropy> Default => new BCEWithLogitsLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e4, -1e4), Doubles(0, 0, 0, 1, 1)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new BCEWithLogitsLoss(golden.Named("weight", x), golden.Named("pos_weight", x), golden.Reduction()).Forward(x[0], x[1]), file: "classification");

    [Fact]
    public void Oracle()
    {
        Tensor[] x = [Doubles(-1, 0.2, 0.5, 3), Doubles(0, 0.5, 0, 1)];
        Assert.Equal(0.508516223163, Default.Forward(x[0], x[1]).Item(), 1e-12);
        Assert.Equal(0.682344616296, new BCEWithLogitsLoss(PositiveWeight: Doubles(3)).Forward(x[0], x[1]).Item(), 1e-12);
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random) * 3, Tensor.Rand(shape, DType.Float64, random)];
}
