using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;
using static Criterion.Tests.Losses.Embedding.AnchorReference;

namespace Criterion.Tests.Losses.Embedding;

public class MultiSimilarityLossTests : AnchorLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => Cases("MultiSimilarityLoss");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("metric_learning", op, name);
        Matches(golden, (reduction, activeOnly) => new MultiSimilarityLoss(
            golden.Args.Double("alpha"), golden.Args.Double("beta"), golden.Args.Double("base"), mining: false,
            activeOnly: activeOnly, reduction: reduction));
    }

    [Theory]
    [InlineData("0.1_cosine_9x3_mean")]
    [InlineData("0.1_cosine_33x6_mean")]
    [InlineData("0.0_cosine_9x3_mean")]
    [InlineData("0.5_cosine_9x3_mean")]
    public void Mining_agrees_with_pytorch_metric_learning(string name)
    {
        GoldenCase golden = GoldenFile.Find("mining", "MultiSimilarityMiner", name);
        Matches(golden, (reduction, activeOnly) => new MultiSimilarityLoss(
            epsilon: golden.Args.Double("epsilon"), activeOnly: activeOnly, reduction: reduction));
    }


    [Fact]
    public void Keys_of_a_memory_that_contains_the_batch_agree_with_pytorch_metric_learning()
    {
        GoldenCase golden = GoldenFile.Find("metric_learning", "CrossBatchMemory", "MultiSimilarityLoss");
        MultiSimilarityLoss loss = new(
            golden.Args.Double("alpha"), golden.Args.Double("beta"), golden.Args.Double("base"), mining: false);
        foreach (JsonElement step in golden["steps"].EnumerateArray())
        {
            (double[][] batch, long[] labels) = (Matrix(step, "embeddings"), step.GetProperty("labels").Deserialize<long[]>()!);
            (double[][] queue, long[] old) = (Matrix(step, "queue"), step.GetProperty("queue_labels").Deserialize<long[]>()!);
            int end = step.GetProperty("at").GetInt32();
            int count = step.GetProperty("full").GetBoolean() ? queue.Length : end;
            int[] rest =
            [
                .. Enumerable.Range(0, count).Where(i => (end - 1 - i + queue.Length) % queue.Length >= batch.Length),
            ];
            Tensor x = Learned(Tensor.From([.. batch.SelectMany(static row => row)], [batch.Length, batch[0].Length]));
            double[] all = [.. batch.Concat(rest.Select(i => queue[i])).SelectMany(static row => row)];
            Tensor keys = Tensor.From(all, [batch.Length + rest.Length, batch[0].Length]);
            Tensor value = loss.Forward(
                x, Tensor.From(labels), keys, Tensor.From([.. labels, .. rest.Select(i => old[i])]), keysBeginWithQueries: true);
            Assert.Equal(step.GetProperty("loss").GetDouble(), value.Item(), 1e-6);
            double[] gradient = [.. Matrix(step, "grad").SelectMany(static row => row)];
            Assert.Equal(gradient, Autograd.Grad(value, x).ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-6);
        }

        static double[][] Matrix(JsonElement step, string name) => step.GetProperty(name).Deserialize<double[][]>()!;
    }

    [Fact]
    public void Mining_leaves_easy_pairs_out_and_an_anchor_without_one_kind_has_no_loss()
    {
        // Cosines of anchor 0: 0.8 to its positive; 0.6 and −1 to negatives, of which 0.6 is within ε of 0.8 only at ε > 0.2.
        Tensor rows = Tensor.From([1.0, 0, 0.8, 0.6, 0.6, -0.8, -1, 0], [4, 2]);
        Tensor labels = Tensor.From([0L, 0, 1, 2]);
        double[] Of(bool mining, double epsilon) =>
            new MultiSimilarityLoss(mining: mining, epsilon: epsilon, reduction: Reduction.None).Forward(rows, labels).ToArray<double>();
        Assert.Equal(0, Of(true, 0.1)[0]);
        double mined = Of(true, 0.25)[0];
        Assert.Equal((Softplus(-2 * (0.8 - 0.5)) / 2) + (Softplus(50 * (0.6 - 0.5)) / 50), mined, 1e-12);
        Assert.Equal(0, Of(true, 0.1)[2]);
        Assert.True(Of(false, 0.1)[2] > 0);
    }

    [Fact]
    public void Large_scales_neither_overflow_nor_lose_the_gradient()
    {
        Tensor x = Learned(MetricGolden.Normal(12, 3, 40).To(DType.Float32));
        Tensor value = new MultiSimilarityLoss(2000, 5000, mining: false).Forward(x, Labels(12, 3));
        float[] gradient = Autograd.Grad(value, x).ToArray<float>();
        Assert.True(double.IsFinite(value.Item()) && value.Item() > 0);
        Assert.All(gradient, static g => Assert.True(float.IsFinite(g)));
        Assert.Contains(gradient, static g => Math.Abs(g) > 1e-3);
    }

    [Fact]
    public void Options_are_checked()
    {
        Named<ArgumentOutOfRangeException>("Alpha must be", static () => new MultiSimilarityLoss(0));
        Named<ArgumentOutOfRangeException>("Beta must be", static () => new MultiSimilarityLoss(beta: -1));
        Named<ArgumentOutOfRangeException>("Threshold must be", static () => new MultiSimilarityLoss(threshold: double.NaN));
        Named<ArgumentOutOfRangeException>("Epsilon must be", static () => new MultiSimilarityLoss(epsilon: -0.1));
    }

    protected override LabeledRowsLoss Make(
        EmbeddingDistance distance, Reduction reduction = Reduction.Mean, bool activeOnly = false) =>
        new MultiSimilarityLoss(2, 5, 0.4, distance: distance, activeOnly: activeOnly, reduction: reduction);

    protected override double? Reference(string distance, double[] positives, double[] negatives)
    {
        double far = positives.Length == 0 ? double.NegativeInfinity : positives.Max();
        double near = negatives.Length == 0 ? double.PositiveInfinity : negatives.Min();
        double own = LogSum(positives.Where(d => d > near - 0.1).Select(static d => -2 * (1 - d - 0.4)));
        double others = LogSum(negatives.Where(d => d < far + 0.1).Select(static d => 5 * (1 - d - 0.4)));
        return (Softplus(own) / 2) + (Softplus(others) / 5);
    }
}
