using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class ProxyNcaLossTests : ClassWeightContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Written => GoldenFile.Rows("contrast", "ProxyNCA", "ProxyNCAPlus");

    public static IEnumerable<TheoryDataRow<string, string>> Library => GoldenFile.Rows("metric_learning", "ProxyNCALoss");

    protected override ICriterion Default => new ProxyNcaLoss();

    [Theory]
    [MemberData(nameof(Written))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        (golden, x) => new ProxyNcaLoss(golden.Args.Double("temperature", 1), op == "ProxyNCAPlus").Forward(x[0], x[1], x[2]),
        "contrast",
        slack: Slack);

    // Its similarity by cosine is that of half the squared distance.
    [Theory]
    [MemberData(nameof(Library))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) =>
        {
            double distances = golden.Args.Text("distance") == "cosine" ? 2 : 1;
            return new ProxyNcaLoss(distances / golden.Args.Double("softmax_scale"), reduction: golden.Reducer()).Forward(x[0], x[1], x[2]);
        },
        "metric_learning",
        slack: Slack);

    [Fact]
    public void First_form_leaves_the_own_class_out_and_needs_another()
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(7, 3, 4);
        GradCheck.Check(inputs => new ProxyNcaLoss(1, includesOwn: false).Forward(inputs[0], labels, inputs[1]), [x, w]);
        Assert.Contains(
            "[1, 3]",
            Assert.Throws<LossException>(
                () => new ProxyNcaLoss(1, includesOwn: false).Forward(x, Tensor.Zeros([7], DType.Int64), w.Narrow(0, 0, 1))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_the_normalized_softmax_at_half_the_temperature()
    {
        (Tensor x, Tensor labels, Tensor w) = Draw(7, 3, 4);
        Assert.Equal(
            new NormalizedSoftmaxLoss(0.1).Forward(x, labels, w).Item(), new ProxyNcaLoss(0.2).Forward(x, labels, w).Item(), 1e-10);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProxyNcaLoss(0));
    }

    protected override Tensor Loss(Tensor embeddings, Tensor labels, Tensor weights, OnEmpty onEmpty = OnEmpty.Throw) =>
        new ProxyNcaLoss(0.5) { OnEmpty = onEmpty }.Forward(embeddings, labels, weights);

    protected override double Plain(double[][] similarities, long[] labels) =>
        SoftmaxOfCosines.Mean(similarities, labels, static s => (2 * s - 2) / 0.5, static s => (2 * s - 2) / 0.5);
}
