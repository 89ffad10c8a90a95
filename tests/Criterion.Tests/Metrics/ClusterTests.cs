using Criterion.Metrics;

namespace Criterion.Tests.Metrics;

/// <summary>k-means, and the agreement of partitions with its average over all permutations.</summary>
public class ClusterTests
{
    [Theory]
    [InlineData(new long[] { 0, 0, 1, 1, 2, 2, 2 }, new long[] { 5, 5, 5, 1, 1, 1, 2 })]
    [InlineData(new long[] { 0, 0, 0, 0, 1, 1 }, new long[] { 1, 0, 1, 0, 1, 0 })]
    [InlineData(new long[] { 3, 1, 2, 2, 1, 3, -1 }, new long[] { 3, 1, 2, 2, 1, 3, -1 })]
    [InlineData(new long[] { 0, 0, 0, 0, 0 }, new long[] { 0, 1, 2, 2, 3 })]
    [InlineData(new long[] { 0, 1, 2, 3 }, new long[] { 1, 1, 0, 0 })]
    public void Information_is_adjusted_by_its_mean_over_all_permutations(long[] first, long[] second)
    {
        double expected = Permutations(second).Average(order => Information(first, order));
        double mean = (Information(first, first) + Information(second, second)) / 2;
        double information = Information(first, second);
        Assert.Equal(
            information / mean, ClusterAgreement.NormalizedMutualInformation(Tensor.From(first), Tensor.From(second)), 12);
        Assert.Equal(
            (information - expected) / (mean - expected),
            ClusterAgreement.AdjustedMutualInformation(Tensor.From(first), Tensor.From(second)),
            12);
    }

    [Fact]
    public void Equal_partitions_agree_whatever_their_names()
    {
        Tensor one = Tensor.From([4L, 4, 4]), each = Tensor.From([0L, 1, 2]);
        foreach ((Tensor x, Tensor y) in ((Tensor, Tensor)[])[(one, one + 1), (each, -each), (Tensor.From([1L]), Tensor.From([2L]))])
        {
            Assert.Equal(1, ClusterAgreement.NormalizedMutualInformation(x, y), 12);
            Assert.Equal(1, ClusterAgreement.AdjustedMutualInformation(x, y), 12);
        }

        Assert.Equal(0, ClusterAgreement.NormalizedMutualInformation(one, each), 12);
    }

    [Fact]
    public void Random_partitions_have_an_adjusted_information_near_zero()
    {
        RandomStream random = new(1);
        Tensor x = Tensor.From([.. Enumerable.Range(0, 3000).Select(_ => (long)random.NextInt(30))]);
        Tensor y = Tensor.From([.. Enumerable.Range(0, 3000).Select(_ => (long)random.NextInt(200))]);
        Assert.InRange(ClusterAgreement.AdjustedMutualInformation(x, y), -0.01, 0.01);
        Assert.InRange(ClusterAgreement.NormalizedMutualInformation(x, y), 0.2, 1);
    }

    [Fact]
    public void Separate_groups_are_found()
    {
        Tensor truth = Tensor.From([.. Enumerable.Range(0, 2500).Select(static i => (long)(i % 7))]);
        Tensor middles = MetricGolden.Normal(7, 5, 1, mean: 1e6, deviation: 100);
        Tensor rows = middles.IndexSelect(0, truth) + MetricGolden.Normal(2500, 5, 2);
        KMeansResult result = KMeans.Cluster(rows, 7);
        Assert.Equal(1, ClusterAgreement.AdjustedMutualInformation(truth, result.Labels), 12);
        Tensor own = rows - result.Centers.IndexSelect(0, result.Labels);
        Assert.Equal((own * own).Sum().Item(), result.Inertia, 1e-3);
        Assert.InRange(result.Inertia, 0.9 * 2500 * 5, 1.1 * 2500 * 5);
        Assert.Equal([0.0, 0, 0, 0, 0], own.Mean(0).ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void No_row_is_nearer_to_another_center()
    {
        Tensor rows = MetricGolden.Normal(333, 3, 3);
        KMeansResult result = KMeans.Cluster(rows, 9, attempts: 2);
        long[] labels = result.Labels.ToArray<long>();
        for (int i = 0; i < 333; i++)
        {
            Tensor differences = result.Centers - rows[i];
            double[] distances = (differences * differences).Sum(1).ToArray<double>();
            Assert.Equal(distances.Min(), distances[labels[i]], 1e-9);
        }

        Assert.Equal(9, labels.Distinct().Count());
        Assert.Equal(labels, KMeans.Cluster(rows, 9, attempts: 2).Labels.ToArray<long>());
        Assert.True(KMeans.Cluster(rows, 9, attempts: 20).Inertia <= result.Inertia);
    }

    [Fact]
    public void Duplicates_and_as_many_clusters_as_rows_have_no_inertia()
    {
        Tensor rows = MetricGolden.Normal(12, 4, 4);
        Assert.Equal(0, KMeans.Cluster(rows, 12).Inertia, 1e-9);
        Assert.Equal(0, KMeans.Cluster(Tensor.Ones([9, 2], DType.Float64), 3).Inertia);
        KMeansResult one = KMeans.Cluster(rows.To(DType.Float32), 1);
        Assert.Equal(rows.Mean(0).ToArray<double>(), one.Centers[0].ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Wrong_inputs_are_named()
    {
        Tensor rows = MetricGolden.Normal(6, 3, 1);
        Tensor labels = Tensor.From([0L, 1]);
        Assert.Contains("from 1 to 6", Refused(() => KMeans.Cluster(rows, 7)), StringComparison.Ordinal);
        Assert.Contains("from 1 to 6", Refused(() => KMeans.Cluster(rows, 0)), StringComparison.Ordinal);
        Assert.Contains("attempts", Refused(() => KMeans.Cluster(rows, 2, attempts: 0)), StringComparison.Ordinal);
        Assert.Contains("maxIterations", Refused(() => KMeans.Cluster(rows, 2, maxIterations: 0)), StringComparison.Ordinal);
        Assert.Throws<MetricException>(() => KMeans.Cluster(rows[..0], 1));
        Assert.Throws<MetricException>(() => KMeans.Cluster(rows * 1e200, 1));
        Assert.Throws<MetricException>(() => KMeans.Cluster(rows * double.NaN, 1));
        Assert.Throws<ShapeException>(() => KMeans.Cluster(rows[0], 1));
        Assert.Throws<ShapeException>(() => ClusterAgreement.NormalizedMutualInformation(labels, labels[..1]));
        Assert.Throws<ShapeException>(() => ClusterAgreement.NormalizedMutualInformation(labels, labels.Reshape(1, 2)));
        Assert.Throws<DTypeException>(() => ClusterAgreement.AdjustedMutualInformation(labels, labels.To(DType.Float32)));
        Assert.Throws<MetricException>(() => ClusterAgreement.AdjustedMutualInformation(labels[..0], labels[..0]));
    }

    static string Refused(Func<object> call) => Assert.Throws<ArgumentOutOfRangeException>(call).Message;

    static double Information(long[] x, long[] y)
    {
        double Share(Func<int, bool> where) => Enumerable.Range(0, x.Length).Count(where) / (double)x.Length;
        return (from a in x.Distinct()
                from b in y.Distinct()
                let both = Share(i => x[i] == a && y[i] == b)
                where both > 0
                select both * Math.Log(both / (Share(i => x[i] == a) * Share(i => y[i] == b)))).Sum();
    }

    static IEnumerable<long[]> Permutations(long[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((item, place) => Permutations([.. items[..place], .. items[(place + 1)..]])
            .Select(rest => (long[])[item, .. rest]));
}
