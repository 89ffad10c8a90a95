using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class ProxyAnchorLossTests : ClassWeightContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("metric_learning", "ProxyAnchorLoss");

    protected override ICriterion Default => new ProxyAnchorLoss();

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) =>
            new ProxyAnchorLoss(golden.Args.Double("margin"), golden.Args.Double("alpha")).Forward(x[0], x[1], x[2]),
        "metric_learning",
        slack: 3 * Slack);

    [Fact]
    public void A_scale_of_1000_in_single_precision_keeps_its_gradient()
    {
        Tensor x = Tensor.From<float>([1, 0.1f]).Reshape(1, 2);
        Tensor w = Tensor.From<float>([-1, 0, 1, 0]).Reshape(2, 2);
        x.RequiresGrad = true;
        Tensor loss = new ProxyAnchorLoss(scale: 1000).Forward(x, Tensor.From<long>([0]), w);
        loss.Backward();
        Assert.Equal(1000 * ((0.995037 + 0.1) * 1.5), loss.Item(), 0.1);
        Assert.True(x.Grad!.Abs().Max().Item() > 1);
    }

    [Fact]
    public void Options_out_of_range_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProxyAnchorLoss(-0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProxyAnchorLoss(scale: 0));
    }

    protected override Tensor Loss(Tensor embeddings, Tensor labels, Tensor weights, OnEmpty onEmpty = OnEmpty.Throw) =>
        new ProxyAnchorLoss(0.1, 5) { OnEmpty = onEmpty }.Forward(embeddings, labels, weights);

    protected override double Plain(double[][] similarities, long[] labels)
    {
        double own = 0;
        double others = 0;
        int classes = similarities[0].Length;
        for (int c = 0; c < classes; c++)
        {
            double[] mine = [.. similarities.Where((_, i) => labels[i] == c).Select(row => row[c])];
            double[] rest = [.. similarities.Where((_, i) => labels[i] != c).Select(row => row[c])];
            own += Math.Log(1 + mine.Sum(static s => Math.Exp(-5 * (s - 0.1))));
            others += Math.Log(1 + rest.Sum(static s => Math.Exp(5 * (s + 0.1))));
        }

        return (own / labels.Distinct().Count()) + (others / classes);
    }
}
