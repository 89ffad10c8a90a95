using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class NormalizedSoftmaxLossTests : ClassWeightContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("metric_learning", "NormalizedSoftmaxLoss");

    protected override ICriterion Default => new NormalizedSoftmaxLoss();

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new NormalizedSoftmaxLoss(golden.Args.Double("temperature"), golden.Reducer()).Forward(x[0], x[1], x[2]),
        "metric_learning",
        slack: Slack);

    [Fact]
    public void A_temperature_of_0_01_in_single_precision_keeps_its_gradient()
    {
        // The own class is 2 / τ = 200 below the best: e⁻²⁰⁰ is 0 in single precision.
        Tensor x = Tensor.From<float>([1, 1e-3f]).Reshape(1, 2);
        Tensor w = Tensor.From<float>([-1, 0, 1, 0]).Reshape(2, 2);
        x.RequiresGrad = true;
        Tensor loss = new NormalizedSoftmaxLoss(0.01).Forward(x, Tensor.From<long>([0]), w);
        loss.Backward();
        Assert.Equal(200, loss.Item(), 1e-2);
        Assert.Equal(0.2, x.Grad!.Abs().Max().Item(), 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Temperature_must_be_positive(double temperature) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NormalizedSoftmaxLoss(temperature));

    protected override Tensor Loss(Tensor embeddings, Tensor labels, Tensor weights, OnEmpty onEmpty = OnEmpty.Throw) =>
        new NormalizedSoftmaxLoss(0.2) { OnEmpty = onEmpty }.Forward(embeddings, labels, weights);

    protected override double Plain(double[][] similarities, long[] labels) =>
        SoftmaxOfCosines.Mean(similarities, labels, static s => s / 0.2, static s => s / 0.2);
}
