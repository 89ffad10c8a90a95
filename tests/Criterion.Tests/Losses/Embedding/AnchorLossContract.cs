using Criterion.Losses;
using Criterion.Tests.Golden;
using Criterion.Tests.Metrics;

namespace Criterion.Tests.Losses.Embedding;

/// <summary>What every loss of two log-sum-exps of an anchor fulfils.</summary>
public abstract class AnchorLossContract : LabeledRowsLossContract
{
    /// <summary>The loss of <see cref="LabeledRowsLossContract.Make"/> by its definition, from the distances of an anchor.</summary>
    protected abstract double? Reference(string distance, double[] positives, double[] negatives);

    [Theory]
    [InlineData(EmbeddingDistance.Cosine)]
    [InlineData(EmbeddingDistance.Euclidean)]
    [InlineData(EmbeddingDistance.UnitEuclidean)]
    public void Agrees_with_loops_over_all_pairs(EmbeddingDistance distance)
    {
        foreach ((int n, int m, int d, int classes) in ((int, int, int, int)[])[
            (2, 2, 1, 1), (7, 7, 2, 3), (33, 33, 6, 5), (65, 40, 5, 9), (5, 301, 3, 4), (9, 9, 3, 9), (9, 9, 3, 1), (1, 65, 3, 2)])
        {
            bool isOneSet = n == m;
            Tensor queries = MetricGolden.Normal(n, d, 31);
            Tensor keys = isOneSet ? queries : MetricGolden.Normal(m, d, 32);
            (Tensor x, Tensor y) = (Labels(n, classes), Labels(m, classes));
            double?[] all = AnchorReference.Losses(
                LabeledReference.Distances(distance.ToString(), Rows(queries), Rows(keys)),
                x.ToArray<long>(), y.ToArray<long>(), isOneSet, (p, q) => Reference(distance.ToString(), p, q));
            double[] losses = [.. all.OfType<double>()];
            double[] active = [.. losses.Where(static loss => loss > 0)];
            double Mean(double[] of) => of.Length == 0 ? 0 : of.Average();
            foreach ((Reduction reduction, bool activeOnly, double[] expected) in ((Reduction, bool, double[])[])[
                (Reduction.Mean, false, [Mean(losses)]),
                (Reduction.Mean, true, [Mean(active)]),
                (Reduction.Sum, false, [losses.Sum()]),
                (Reduction.None, false, [.. all.Select(static loss => loss ?? 0)])])
            {
                LabeledRowsLoss loss = Make(distance, reduction, activeOnly) with { OnEmpty = OnEmpty.Zero };
                Tensor actual = isOneSet
                    ? loss.Forward(queries, x, out TermCounts counts)
                    : loss.Forward(queries, x, keys, y, out counts);
                Assert.Equal(expected, actual.ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-10 * Math.Max(1, Math.Abs(a)));
                Assert.Equal(losses.Length, counts.Terms);
                Assert.Equal(active.Length, counts.Active);
            }
        }
    }

    [Fact]
    public void Curves_and_formula_are_those_of_the_loss()
    {
        LabeledRowsLoss loss = Make(EmbeddingDistance.Cosine);
        Assert.Contains("d_{ap}", loss.ToLatex(), StringComparison.Ordinal);
        Assert.All(loss.Curves(), static curve => Assert.True(double.IsFinite(curve.Value(Tensor.From([0.7])).Item())));
    }

    /// <summary>Compares with pytorch-metric-learning, whose mean counts the anchors that do not count here as 0.</summary>
    protected static void Matches(GoldenCase golden, Func<Reduction, bool, LabeledRowsLoss> make)
    {
        bool activeOnly = golden.Args.Text("reducer", "") == "avg_non_zero";
        LabeledRowsLoss loss = make(golden.Reducer(), activeOnly) with { OnEmpty = OnEmpty.Zero };
        GoldenAssert.Matches(golden, x =>
        {
            Tensor value = x.Length == 2
                ? loss.Forward(x[0], x[1], out TermCounts counts)
                : loss.Forward(x[0], x[1], x[2], x[3], out counts);
            bool countsAll = loss.Reduction == Reduction.Mean && !loss.ActiveOnly && loss is not NcaLoss;
            return countsAll ? value * ((double)counts.Terms / x[0].Shape[0])
                : loss is NcaLoss && value.Rank > 0 ? value.IndexSelect(0, WithPositives(x[1].ToArray<long>()))
                : value;
        });
    }

    /// <summary>Returns the golden cases of an operation with one of the distances here.</summary>
    protected static IEnumerable<TheoryDataRow<string, string>> Cases(string op, Func<GoldenCase, bool>? filter = null) =>
        GoldenFile.Rows("metric_learning", op).Where(row =>
            filter?.Invoke(GoldenFile.Find("metric_learning", row.Data.Item1, row.Data.Item2)) ?? true);

    /// <summary>Returns the anchors with a positive: pytorch-metric-learning's NCALoss leaves the others out.</summary>
    static Tensor WithPositives(long[] labels) =>
        Tensor.From([.. Enumerable.Range(0, labels.Length).Where(i => labels.Count(x => x == labels[i]) > 1).Select(static i => (long)i)]);

    static double[][] Rows(Tensor matrix) => [.. matrix.ToArray<double>().Chunk(matrix.Shape[1])];
}
