using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class CosFaceLossTests : ClassWeightContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("metric_learning", "CosFaceLoss");

    protected override ICriterion Default => new CosFaceLoss();

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) =>
            new CosFaceLoss(golden.Args.Double("margin"), golden.Args.Double("scale"), golden.Reducer()).Forward(x[0], x[1], x[2]),
        "metric_learning",
        slack: Slack);

    [Fact]
    public void Options_out_of_range_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosFaceLoss(-0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosFaceLoss(2.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosFaceLoss(scale: 0));
    }

    protected override Tensor Loss(Tensor embeddings, Tensor labels, Tensor weights, OnEmpty onEmpty = OnEmpty.Throw) =>
        new CosFaceLoss(0.35, 5) { OnEmpty = onEmpty }.Forward(embeddings, labels, weights);

    protected override double Plain(double[][] similarities, long[] labels) =>
        SoftmaxOfCosines.Mean(similarities, labels, static s => 5 * (s - 0.35), static s => 5 * s);
}
