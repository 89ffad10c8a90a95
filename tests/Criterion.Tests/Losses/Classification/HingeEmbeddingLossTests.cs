using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

public class HingeEmbeddingLossTests : SignedTargetContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("classification", nameof(HingeEmbeddingLoss));

    protected override PointwiseLoss Default => new HingeEmbeddingLoss();

    protected override IEnumerable<Tensor[]> Extremes => [[Doubles(0, 0, 1, 1, 1e4, 1e4, -1e4, -1e4)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new HingeEmbeddingLoss(golden.Args.Double("margin"), golden.Reduction()).Forward(x[0], x[1]),
        file: "classification");

    [Fact]
    public void Gradient_at_the_margin_is_the_one_inside() =>
        Assert.Equal([-1.0, -1.0, 0.0, 1.0], Kink.Derivatives(Default, Doubles(0.9, 1, 1.1, 1), Doubles(-1, -1, -1, 1)));

    [Fact]
    public void Margin_that_is_not_finite_is_an_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HingeEmbeddingLoss(double.NaN));

    // Distances to both sides of the margin of 1, not near it.
    protected override Tensor[] Draw(Shape shape, RandomStream random)
    {
        Tensor[] apart = Drawn.AwayFrom(0, shape, random);
        return [apart[0] - apart[1] + 1];
    }
}
