using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;
using static Criterion.Tests.Losses.Embedding.AnchorReference;

namespace Criterion.Tests.Losses.Embedding;

public class NcaLossTests : AnchorLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => Cases("NCALoss");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("metric_learning", op, name);
        Matches(golden, (reduction, activeOnly) => new NcaLoss(
            1 / golden.Args.Double("softmax_scale"),
            golden.Args.Text("distance", "squared_normalized") switch
            {
                "cosine" => EmbeddingDistance.Cosine,
                "squared" => EmbeddingDistance.Euclidean,
                "squared_normalized" => EmbeddingDistance.UnitEuclidean,
                string other => throw new NotSupportedException(other),
            },
            activeOnly,
            reduction));
    }


    [Fact]
    public void A_positive_far_away_at_temperature_0_01_in_Float32_keeps_its_gradient()
    {
        // The probability of the positive is e^(−9,000), which no number holds.
        Tensor x = Learned(Tensor.From([0f, 10, 3.1622777f], [3, 1]));
        Tensor value = new NcaLoss(0.01, reduction: Reduction.Sum).Forward(x, Tensor.From([0L, 0, 1]));
        Assert.Equal(9000 + 5324.555, value.Item(), 1.0);
        Assert.All(Autograd.Grad(value, x).ToArray<float>(), static g => Assert.True(float.IsFinite(g) && Math.Abs(g) > 100));
    }

    [Fact]
    public void Options_are_checked() =>
        Named<ArgumentOutOfRangeException>("Temperature must be", static () => new NcaLoss(0));

    protected override LabeledRowsLoss Make(
        EmbeddingDistance distance, Reduction reduction = Reduction.Mean, bool activeOnly = false) =>
        new NcaLoss(2, distance, activeOnly, reduction);

    protected override double? Reference(string distance, double[] positives, double[] negatives)
    {
        if (positives.Length == 0)
        {
            return null;
        }

        double[] logits = [.. positives.Concat(negatives).Select(d => (distance == "Cosine" ? -d : -d * d) / 2)];
        return LogSum(logits) - LogSum(logits.Take(positives.Length));
    }
}
