using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

public class BatchContrastiveLossTests : LabeledRowsLossContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden =>
        GoldenFile.Rows("metric_learning", "ContrastiveLoss").Where(static row => IsHere(row.Data.Item1, row.Data.Item2));

    [Theory]
    [InlineData(EmbeddingDistance.Cosine, false)]
    [InlineData(EmbeddingDistance.Euclidean, true)]
    [InlineData(EmbeddingDistance.UnitEuclidean, false)]
    public void Agrees_with_loops_over_all_pairs(EmbeddingDistance distance, bool squared)
    {
        foreach ((int n, int m, int d, int classes) in ((int, int, int, int)[])[
            (7, 7, 2, 3), (33, 33, 6, 5), (65, 40, 5, 9), (5, 301, 3, 4)])
        {
            bool isOneSet = n == m;
            Tensor queries = MetricGolden.Normal(n, d, 31);
            Tensor keys = isOneSet ? queries : MetricGolden.Normal(m, d, 32);
            (Tensor x, Tensor y) = (Labels(n, classes), Labels(m, classes));
            (List<(int Anchor, double Loss)> similar, List<(int Anchor, double Loss)> dissimilar) = LabeledReference.Pairs(
                LabeledReference.Distances(distance.ToString(), Rows(queries), Rows(keys)),
                x.ToArray<long>(), y.ToArray<long>(), isOneSet, 0.4, 1.1, squared);
            (int Anchor, double Loss)[] all = [.. similar, .. dissimilar];
            foreach ((Reduction reduction, bool activeOnly) in ((Reduction, bool)[])[
                (Reduction.Mean, false), (Reduction.Mean, true), (Reduction.Sum, false), (Reduction.None, false)])
            {
                BatchContrastiveLoss loss = new(0.4, 1.1, squared, distance, activeOnly, reduction);
                Tensor actual = isOneSet
                    ? loss.Forward(queries, x, out TermCounts counts)
                    : loss.Forward(queries, x, keys, y, out counts);
                double[] expected = reduction switch
                {
                    Reduction.Mean => [LabeledReference.Mean(similar, activeOnly) + LabeledReference.Mean(dissimilar, activeOnly)],
                    Reduction.Sum => [all.Sum(static term => term.Loss)],
                    _ => [.. Enumerable.Range(0, n).Select(anchor => all.Where(term => term.Anchor == anchor).Sum(static t => t.Loss))],
                };
                Assert.Equal(expected, actual.ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-10 * Math.Max(1, Math.Abs(a)));
                Assert.Equal(new TermCounts(all.Length, all.Count(static term => term.Loss > 0)), counts);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_pytorch_metric_learning(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("metric_learning", op, name);
        EmbeddingDistance distance = LabeledGolden.Distance(golden);
        (double near, double far) = (golden.Args.Double("pos_margin"), golden.Args.Double("neg_margin"));
        bool isSimilarity = distance == EmbeddingDistance.Cosine;
        BatchContrastiveLoss loss = new(
            isSimilarity ? 1 - near : near,
            isSimilarity ? 1 - far : far,
            distance: distance,
            activeOnly: golden.Args.Text("reducer", "avg_non_zero") == "avg_non_zero",
            reduction: golden.Args.Text("reducer", "") == "sum" ? Reduction.Sum : Reduction.Mean);
        GoldenAssert.Matches(golden, x => x.Length == 2 ? loss.Forward(x[0], x[1]) : loss.Forward(x[0], x[1], x[2], x[3]));
    }

    [Fact]
    public void A_queue_of_earlier_batches_agrees_with_pytorch_metric_learning()
    {
        GoldenCase golden = GoldenFile.Find("metric_learning", "CrossBatchMemory", "ContrastiveLoss");
        int capacity = golden.Args.Int("memory_size");
        BatchContrastiveLoss loss = new(1 - golden.Args.Double("pos_margin"), 1 - golden.Args.Double("neg_margin"), activeOnly: true);
        List<(double[] Row, long Label)> earlier = [];
        foreach (JsonElement step in golden["steps"].EnumerateArray())
        {
            double[][] rows = Matrix(step.GetProperty("embeddings"));
            long[] labels = [.. step.GetProperty("labels").EnumerateArray().Select(static label => label.GetInt64())];
            (double[] Row, long Label)[] batch = [.. rows.Zip(labels)];
            (double[] Row, long Label)[] keys = [.. batch, .. earlier.TakeLast(capacity - batch.Length)];
            Tensor x = Learned(Tensor.From([.. rows.SelectMany(static row => row)], [rows.Length, 3]));
            Tensor value = loss.Forward(
                x, Tensor.From(labels),
                Tensor.From([.. keys.SelectMany(static key => key.Row)], [keys.Length, 3]),
                Tensor.From([.. keys.Select(static key => key.Label)]),
                keysBeginWithQueries: true);
            Assert.Equal(step.GetProperty("loss").GetDouble(), value.Item(), 1e-10);
            Assert.Equal(
                Matrix(step.GetProperty("grad")).SelectMany(static row => row),
                Autograd.Grad(value, x).ToArray<double>(),
                static (a, b) => Math.Abs(a - b) < 1e-10);
            earlier.AddRange(batch);
        }
    }

    [Fact]
    public void A_kind_without_pairs_has_a_mean_of_zero()
    {
        Tensor rows = Tensor.From([0.0, 3, 4], [3, 1]);
        BatchContrastiveLoss loss = new(0, 5, distance: EmbeddingDistance.Euclidean);
        Assert.Equal((3 + 4 + 1) / 3.0, loss.Forward(rows, Tensor.From([1L, 1, 1])).Item(), 1e-12);
        Assert.Equal((2 + 1 + 4) / 3.0, loss.Forward(rows, Tensor.From([1L, 2, 3])).Item(), 1e-12);
    }

    [Fact]
    public void Options_are_checked_and_printed()
    {
        Named<ArgumentOutOfRangeException>("PositiveMargin must be", static () => new BatchContrastiveLoss(-1));
        Named<ArgumentOutOfRangeException>("NegativeMargin must be", static () => new BatchContrastiveLoss(0, -1));
        Assert.Contains("d(a, n)", new BatchContrastiveLoss().ToLatex(), StringComparison.Ordinal);
        Assert.Equal([0.5, 0.125], new BatchContrastiveLoss(0, 1.5, squared: true).Curves().Select(
            static curve => curve.Value(Tensor.From([1.0])).Item()));
    }

    protected override LabeledRowsLoss Make(
        EmbeddingDistance distance, Reduction reduction = Reduction.Mean, bool activeOnly = false) =>
        new BatchContrastiveLoss(0.1, 1.2, distance: distance, activeOnly: activeOnly, reduction: reduction);

    static double[][] Rows(Tensor matrix) => [.. matrix.ToArray<double>().Chunk(matrix.Shape[1])];

    static double[][] Matrix(JsonElement rows) =>
        [.. rows.EnumerateArray().Select(static row => row.EnumerateArray().Select(static value => value.GetDouble()).ToArray())];

    static bool IsHere(string op, string name)
    {
        GoldenArgs args = GoldenFile.Find("metric_learning", op, name).Args;
        return args.Text("distance", "") is not ("squared" or "dot") && args.Text("reducer", "") != "per_anchor";
    }
}
