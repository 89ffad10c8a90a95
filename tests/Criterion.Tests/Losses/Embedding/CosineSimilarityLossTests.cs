using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class CosineSimilarityLossTests : RowLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("embedding", "cosine_similarity");

    protected override RowLoss Default => new CosineSimilarityLoss();

    protected override IEnumerable<Tensor[]> Extremes =>
        [[Doubles(0, 0), Doubles(3, 4)], [Doubles(0, 0), Doubles(0, 0)], [Doubles(1, 2), Doubles(1, 2)], [Doubles(1, 2), Doubles(-1, -2)]];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_1_less_the_similarity_of_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) =>
        {
            // PyTorch broadcasts here; Criterion's losses do not.
            Shape shape = Shape.Broadcast(x[0].Shape, x[1].Shape);
            var loss = new CosineSimilarityLoss(golden.Args.Int("dim"), golden.Args.Double("eps"), Reduction.None);
            return loss.Forward(x[0].Expand(shape), x[1].Expand(shape));
        },
        tolerance: 1e-7,
        file: "embedding");

    [Theory]
    [InlineData(1, 0)]
    [InlineData(-1, 2)]
    [InlineData(1e-3, 0)]
    [InlineData(1e6, 0)]
    public void Length_does_not_matter_and_direction_does(double factor, double expected)
    {
        Tensor x = Tensor.Randn([5, 9], DType.Float64, Random);
        Assert.Equal(expected, new CosineSimilarityLoss().Forward(x, x * factor).Item(), 1e-12);
    }

    [Fact]
    public void Curve_runs_along_the_angle()
    {
        LossCurve curve = Default.Curves().Single();
        GoldenAssert.Close(Tensor.From<double>([2, 1, 0]), curve.Value(Tensor.From<double>([Math.PI, Math.PI / 2, 0])), "curve", 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    public void Epsilon_that_is_not_positive_is_an_error(double epsilon) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSimilarityLoss(epsilon: epsilon));

    [Fact]
    public void Options_round_trip() =>
        CriterionAssert.IsStored(new CosineSimilarityLoss(0, 1e-3, Reduction.None) { OnEmpty = OnEmpty.Zero });

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        new CosineSimilarityLoss(reduction: reduction) { OnEmpty = onEmpty }.Forward(inputs[0], inputs[1]);

    protected override Tensor[] Draw(Shape shape, RandomStream random) =>
        [Tensor.Randn(shape, DType.Float64, random), Tensor.Randn(shape, DType.Float64, random)];
}
