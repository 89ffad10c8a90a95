using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Regression;

public class L1LossTests : PointwiseLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("regression", nameof(L1Loss));

    protected override PointwiseLoss Default => new L1Loss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e30), Doubles(0, 1e4, 1e4, -1e30)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) =>
        LossGolden.Check(op, name, (golden, x) => new L1Loss(golden.Reduction()).Forward(x[0], x[1]), file: "regression");

    [Fact]
    public void Gradient_where_equal_is_zero()
    {
        Tensor[] x = Leaves([Doubles(1, 2), Doubles(1, 3)]);
        Loss(x, Reduction.Sum).Backward();
        Assert.Equal([0.0, -1.0], x[0].Grad!.ToArray<double>());
    }

    protected override Tensor[] Draw(Shape shape, RandomStream random)
    {
        Tensor x = Tensor.Randn(shape, DType.Float64, random);
        Tensor away = Tensor.Rand(shape, DType.Float64, random, low: 0.5, high: 2);
        return [x, x + Tensor.Where(Tensor.RandLike(x, random).Less(0.5), away, -away)];
    }
}
