using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class SoftMarginLossTests : SignedTargetContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", nameof(SoftMarginLoss));

    protected override PointwiseLoss Default => new SoftMarginLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 0, 1e4, 1e4, -1e4, -1e4)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op, name, (golden, x) => new SoftMarginLoss(golden.Reduction()).Forward(x[0], x[1]), file: "classification");

    [Fact]
    public void It_is_cross_entropy_of_logits_with_other_names_of_the_classes()
    {
        Tensor x = Tensor.Randn([5, 9], DType.Float64, Random);
        Tensor signs = Signs.Like(x);
        Near(new BCEWithLogitsLoss().Forward(x, (signs + 1) / 2), Default.Forward(x, signs));
    }

    [Fact]
    public void Infinite_logits_have_their_limits() => Assert.Equal(
        [0, double.PositiveInfinity],
        new SoftMarginLoss(Reduction.None)
            .Forward(Doubles(double.PositiveInfinity, double.PositiveInfinity), Doubles(1, -1))
            .ToArray<double>());

    protected override Tensor[] Draw(Shape shape, RandomStream random) => [Tensor.Randn(shape, DType.Float64, random) * 3];
}
