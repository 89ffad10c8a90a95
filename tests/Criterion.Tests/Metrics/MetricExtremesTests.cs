using Criterion.Formats;
using Criterion.Metrics;
using Criterion.Tests.Repository;

namespace Criterion.Tests.Metrics;

/// <summary>Metrics of features of any size, far apart, repeated or of many dimensions.</summary>
public class MetricExtremesTests
{
    public static TheoryData<double> Scales => [1e-300, 1e-200, 1e-160, 1e-20, 1e20, 1e160, 1e200, 1e300];

    [Fact]
    [Trait("Case", "knn-far-clusters")]
    public void Clusters_far_apart_keep_their_distances()
    {
        double[] numbers = Neighbours(Case("clusters_real.npy"), Case("clusters_fake.npy"));
        Assert.Equal([0, 0, 0, 0], numbers);
    }

    [Theory]
    [InlineData(1e3, 1)]
    [InlineData(1e7, 2)]
    [InlineData(1e9, 7)]
    [InlineData(1e9, 500)]
    public void Neighbours_within_far_clusters_are_those_of_the_clusters(double distance, int dimensions)
    {
        // Multiples of 1/64 are exact beside 1e9, so that the plain distances are.
        Tensor near = Grid(60, dimensions, 1), other = Grid(60, dimensions, 2), fake = Grid(50, dimensions, 3), foreign = Grid(
            50, dimensions, 4);
        Tensor real = Tensor.Cat([near, other + distance]), generated = Tensor.Cat([fake, foreign + distance]);
        double[] expected = [.. Neighbours(near, fake).Zip(Neighbours(other, foreign), static (a, b) => (a + b) / 2)];
        Assert.Equal(expected, Neighbours(real, generated), static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void Neighbours_do_not_depend_on_the_scale(double scale)
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(90, 4, 5), MetricGolden.Normal(70, 4, 6, mean: 0.5));
        Assert.Equal(Neighbours(real, fake), Neighbours(real * scale, fake * scale));
    }

    [Fact]
    public void A_tiny_cluster_beside_a_large_one_keeps_its_distances()
    {
        Tensor tiny = MetricGolden.Normal(30, 3, 1) * 1e-200;
        Tensor real = Tensor.Cat([tiny, MetricGolden.Normal(30, 3, 2) + 5]);
        Tensor fake = Tensor.Cat([MetricGolden.Normal(30, 3, 3) * 1e-190, MetricGolden.Normal(30, 3, 4) + 5]);
        Assert.Equal(0, PrecisionRecall.Between(real, fake[..30]).Precision);
    }

    [Fact]
    public void Ties_on_the_rim_count_as_inside()
    {
        // On a grid each point's second neighbour is as far as the first, and the fake ones lie exactly as far.
        Tensor real = Tensor.From([.. Enumerable.Range(0, 20).Select(static i => 3.0 * i)], [20, 1]);
        Tensor fake = Tensor.From([.. Enumerable.Range(0, 20).Select(static i => (3.0 * i) + 1e6 - 1e6)], [20, 1]);
        Assert.Equal(1, PrecisionRecall.Between(real, fake, 2).Precision);
        Assert.Equal(1, PrecisionRecall.Between(real + 1e9, fake + 1e9, 2).Recall);
        Assert.Equal(DensityCoverage.Between(real, fake, 2).Density, DensityCoverage.Between(real + 1e9, fake + 1e9, 2).Density);
    }

    [Fact]
    [Trait("Case", "density-identical")]
    public void Copies_lie_in_closed_balls_and_are_warned_of()
    {
        (Tensor real, Tensor fake) = (Case("same_real.npy"), Case("same_fake.npy"));
        Assert.Equal([1, 1, 3.2, 1], Neighbours(real, fake));
        DensityCoverageResult result = DensityCoverage.Between(real, fake);
        Assert.Equal(16, result.DegenerateBalls);
        Assert.Contains("16 of 16", Assert.Single(result.Warnings()), StringComparison.Ordinal);
        Assert.Empty(DensityCoverage.Between(MetricGolden.Normal(20, 2, 1), fake).Warnings());
    }

    [Theory]
    [InlineData(1e-70)]
    [InlineData(1e-20)]
    [InlineData(1e20)]
    [InlineData(1e140)]
    public void The_Frechet_distance_grows_with_the_square_of_the_scale(double scale)
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(90, 4, 5), MetricGolden.Normal(70, 4, 6, mean: 0.5));
        FrechetResult expected = FrechetDistance.Between(real, fake), actual = FrechetDistance.Between(real * scale, fake * scale);
        Assert.Equal(1, actual.Value / scale / scale / expected.Value, 1e-9);
        Assert.Equal((expected.RealRank, expected.FakeRank), (actual.RealRank, actual.FakeRank));
    }

    [Fact]
    [Trait("Case", "d4")]
    public void Features_whose_squares_overflow_are_refused_with_their_size()
    {
        Tensor rows = MetricGolden.Normal(20, 3, 1) * 1e200;
        Assert.Contains(
            "E+200", Assert.Throws<MetricException>(() => FrechetDistance.Between(rows, rows)).Message, StringComparison.Ordinal);
        FeatureStatistics statistics = new(3);
        Assert.Throws<MetricException>(() => statistics.Add(rows));
        Assert.Equal(0, statistics.Count);
        Assert.Contains(
            "overflow", Assert.Throws<MetricException>(() => KernelDistance.Between(rows, rows)).Message, StringComparison.Ordinal);
        Assert.Throws<MetricException>(() => KernelDistance.Unbiased(rows, rows));
    }

    [Fact]
    public void Features_that_never_vary_have_distance_zero()
    {
        Tensor rows = Tensor.Full([20, 3], 1e6, DType.Float64);
        FrechetResult result = FrechetDistance.Between(rows, rows);
        Assert.Equal((0, 0, 0), (result.Value, result.RealRank, result.FakeRank));
        Assert.Equal(0, FrechetDistance.Between(Tensor.Zeros([20, 3], DType.Float64), Tensor.Zeros([20, 3], DType.Float64)).Value);
    }

    static Tensor Case(string name) => Npy.Read(RepositoryRoot.File("tests", "cases", "inputs", name));

    static Tensor Grid(int rows, int dimensions, ulong seed) =>
        (MetricGolden.Normal(rows, dimensions, seed) * 64).To(DType.Int64).To(DType.Float64) / 64;

    static double[] Neighbours(Tensor real, Tensor fake)
    {
        PrecisionRecallResult first = PrecisionRecall.Between(real, fake);
        DensityCoverageResult second = DensityCoverage.Between(real, fake);
        return [first.Precision, first.Recall, second.Density, second.Coverage];
    }
}
