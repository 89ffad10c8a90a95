using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Regression;

public class MSELossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("regression", nameof(MSELoss));

    protected override PointwiseLoss Default => new MSELoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4), Doubles(0, 1e4, 1e4)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) =>
        LossGolden.Check(op, name, (golden, x) => new MSELoss(golden.Reduction()).Forward(x[0], x[1]), file: "regression");

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random), Tensor.Randn(shape, DType.Float64, random)];
}
