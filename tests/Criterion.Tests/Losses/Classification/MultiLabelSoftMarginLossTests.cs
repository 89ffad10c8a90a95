using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class MultiLabelSoftMarginLossTests : RowLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", nameof(MultiLabelSoftMarginLoss));

    protected override RowLoss Default => new MultiLabelSoftMarginLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 1e4, -1e4, 1e4, -1e4), Doubles(0, 0, 0, 1, 1)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new MultiLabelSoftMarginLoss(golden.Named("weight", x), golden.Reduction()).Forward(x[0], x[1]),
        file: "classification");

    [Fact]
    public void Mean_is_that_of_cross_entropy_of_logits()
    {
        Tensor[] x = Draw([2, 3, 4], Random);
        Near(new BCEWithLogitsLoss().Forward(x[0], x[1]), Loss(x));
    }

    [Fact]
    public void Target_outside_of_0_and_1_is_an_error_that_names_it() => Assert.Contains(
        "element 2",
        Assert.Throws<LossException>(() => new MultiLabelSoftMarginLoss().Forward(Doubles(1, 2, 3), Doubles(0, 1, -1))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Weight_that_does_not_stretch_is_an_error() => Assert.Throws<ShapeException>(
        () => new MultiLabelSoftMarginLoss(Tensor.Ones([2])).Forward(Tensor.Ones([4, 3]), Tensor.Ones([4, 3])));

    // The weights, all 1.
    protected override double ThirdRow(int j) => 1;

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        new MultiLabelSoftMarginLoss(reduction: reduction) { OnEmpty = onEmpty }.Forward(inputs[0], inputs[1]);

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random) * 3, Tensor.Rand(shape, DType.Float64, random, low: 0.01, high: 0.99)];
}
