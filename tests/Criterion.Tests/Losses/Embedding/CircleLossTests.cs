using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;
using static Criterion.Tests.Losses.Embedding.AnchorReference;

namespace Criterion.Tests.Losses.Embedding;

public class CircleLossTests : AnchorLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => Cases("CircleLoss");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("metric_learning", op, name);
        Matches(golden, (reduction, activeOnly) => new CircleLoss(
            golden.Args.Double("m"), golden.Args.Double("gamma"),
            activeOnly: activeOnly || golden.Args.Text("reducer", "default") == "default", reduction: reduction));
    }


    [Fact]
    public void Constant_weights_have_no_gradient()
    {
        Tensor labels = Tensor.From([0L, 0, 1]);
        Tensor x = Learned(MetricGolden.Normal(3, 3, 41));
        Tensor Of(bool constant, EmbeddingDistance distance = EmbeddingDistance.Euclidean) =>
            new CircleLoss(0.3, 2, constant, distance, reduction: Reduction.Sum).Forward(x, labels);
        Assert.Equal(Of(true).Item(), Of(false).Item());
        double[] constant = Autograd.Grad(Of(true), x).ToArray<double>();
        Assert.NotEqual(constant, Autograd.Grad(Of(false), x).ToArray<double>());
        double[] composed = Autograd.Grad(Of(true), x, createGraph: true).Detach().ToArray<double>();
        Assert.Equal(composed, constant, static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void A_large_scale_in_Float32_neither_overflows_nor_loses_the_gradient()
    {
        Tensor x = Learned(MetricGolden.Normal(12, 3, 40).To(DType.Float32));
        Tensor value = new CircleLoss(0.25, 2560).Forward(x, Labels(12, 3));
        float[] gradient = Autograd.Grad(value, x).ToArray<float>();
        Assert.True(double.IsFinite(value.Item()) && value.Item() > 0);
        Assert.All(gradient, static g => Assert.True(float.IsFinite(g)));
        Assert.Contains(gradient, static g => Math.Abs(g) > 1);
    }

    [Fact]
    public void Options_are_checked()
    {
        Named<ArgumentOutOfRangeException>("Margin must be", static () => new CircleLoss(-0.1));
        Named<ArgumentOutOfRangeException>("Margin must be", static () => new CircleLoss(1.1));
        Named<ArgumentOutOfRangeException>("Scale must be", static () => new CircleLoss(scale: 0));
    }

    protected override LabeledRowsLoss Make(
        EmbeddingDistance distance, Reduction reduction = Reduction.Mean, bool activeOnly = false) =>
        new CircleLoss(0.3, 2, constantWeights: false, distance, activeOnly, reduction);

    protected override double? Reference(string distance, double[] positives, double[] negatives)
    {
        if (positives.Length == 0 || negatives.Length == 0)
        {
            return null;
        }

        double own = LogSum(positives.Select(static d => -2 * Math.Max(0, 1.3 - (1 - d)) * (1 - d - 0.7)));
        double others = LogSum(negatives.Select(static d => 2 * Math.Max(0, 1 - d + 0.3) * (1 - d - 0.3)));
        return Softplus(own + others);
    }
}
