using Criterion.Metrics;

namespace Criterion.Tests.Metrics;

public class FeatureStatisticsTests
{
    static Tensor Rows => MetricGolden.Normal(101, 7, 1, mean: 3);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(101)]
    public void Batches_of_any_size_are_one_pass(int batch)
    {
        FeatureStatistics statistics = new(7);
        foreach (Tensor part in Rows.Split(batch))
        {
            statistics.Add(part);
        }

        AssertSame(FeatureStatistics.Of(Rows), statistics);
    }

    [Fact]
    public void Merged_parts_are_one_pass()
    {
        FeatureStatistics[] parts = [.. Rows.Split([30, 0, 1, 70]).Select(part => FeatureStatistics.Of(part))];
        FeatureStatistics merged = new(7);
        foreach (FeatureStatistics part in parts)
        {
            merged.Merge(part);
        }

        AssertSame(FeatureStatistics.Of(Rows), merged);
    }

    [Fact]
    public void Statistics_merge_with_themselves()
    {
        FeatureStatistics statistics = FeatureStatistics.Of(Rows);
        statistics.Merge(statistics);
        AssertSame(FeatureStatistics.Of(Tensor.Cat([Rows, Rows])), statistics);
    }

    [Fact]
    public void Mean_and_covariance_are_their_definitions()
    {
        FeatureStatistics statistics = FeatureStatistics.Of(Rows);
        Tensor centred = Rows - Rows.Mean(0);
        AssertClose(Rows.Mean(0), statistics.Mean);
        AssertClose(centred.Transpose().MatMul(centred) / 100, statistics.Covariance);
        AssertClose(Rows.Var([0]), (statistics.Covariance * Tensor.Eye(7, DType.Float64)).Sum(1));
    }

    [Fact]
    public void A_large_mean_costs_no_digits()
    {
        FeatureStatistics near = FeatureStatistics.Of(Rows);
        FeatureStatistics far = new(7);
        foreach (Tensor part in (Rows + 1e6).Split(10))
        {
            far.Add(part);
        }

        AssertClose(near.Covariance, far.Covariance, 1e-8);
    }

    [Fact]
    public void Single_precision_features_are_summed_in_double()
    {
        FeatureStatistics statistics = FeatureStatistics.Of(Rows.To(DType.Float32));
        Assert.Equal(DType.Float64, statistics.Covariance.DType);
        AssertClose(FeatureStatistics.Of(Rows).Covariance, statistics.Covariance, 1e-6);
    }

    [Fact]
    public void They_outlive_the_scope_in_which_they_were_gathered()
    {
        FeatureStatistics statistics = new(7);
        using (new TensorScope())
        {
            statistics.Add(Rows);
        }

        AssertSame(FeatureStatistics.Of(Rows), statistics);
    }

    [Theory]
    [InlineData(50, 7, 7)]
    [InlineData(5, 7, 4)]
    [InlineData(2, 7, 1)]
    [InlineData(1, 7, 0)]
    [InlineData(0, 7, 0)]
    public void Rank_is_the_number_of_directions(int count, int dimensions, int rank) =>
        Assert.Equal(rank, FeatureStatistics.Of(MetricGolden.Normal(count, dimensions, 2)).Rank());

    [Fact]
    public void Rank_sees_features_that_repeat_or_never_change()
    {
        Tensor rows = MetricGolden.Normal(50, 3, 2);
        Assert.Equal(3, FeatureStatistics.Of(Tensor.Cat([rows, rows * 2, Tensor.Ones([50, 1], DType.Float64)], 1)).Rank());
        Assert.Equal(0, FeatureStatistics.Of(Tensor.Ones([50, 3])).Rank());
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        Tensor rows = MetricGolden.Normal(3000, 40, 5);
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            double[] one = FeatureStatistics.Of(rows).Covariance.ToArray<double>();
            Compute.Threads = 3;
            Assert.Equal(one, FeatureStatistics.Of(rows).Covariance.ToArray<double>());
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Wrong_features_are_refused_and_leave_no_trace()
    {
        FeatureStatistics statistics = FeatureStatistics.Of(Rows);
        Tensor broken = Rows.Clone();
        broken.AsSpan<double>()[(4 * 7) + 2] = double.NaN;

        Assert.Contains("row 4, column 2", Assert.Throws<MetricException>(() => statistics.Add(broken)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Flatten", Assert.Throws<ShapeException>(() => statistics.Add(Tensor.Zeros([2, 7, 1]))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => statistics.Add(Tensor.Zeros([2, 6])));
        Assert.Throws<DTypeException>(() => statistics.Add(Tensor.Zeros([2, 7], DType.Int64)));
        Assert.Throws<ShapeException>(() => statistics.Merge(new FeatureStatistics(6)));
        Assert.Throws<MetricException>(() => statistics.Merge(new FeatureStatistics(7, "others")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureStatistics(0));
        Assert.Throws<MetricException>(() => new FeatureStatistics(2).Mean);
        Assert.Throws<MetricException>(() => FeatureStatistics.Of(Rows[..1]).Covariance);
        AssertSame(FeatureStatistics.Of(Rows), statistics);
    }

    static void AssertSame(FeatureStatistics expected, FeatureStatistics actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        AssertClose(expected.Mean, actual.Mean);
        AssertClose(expected.Covariance, actual.Covariance);
    }

    static void AssertClose(Tensor expected, Tensor actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.True((expected - actual).Abs().Max().Item() <= tolerance, $"off by {(expected - actual).Abs().Max().Item():E2}");
    }
}
