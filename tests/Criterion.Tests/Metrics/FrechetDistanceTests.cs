using System.Text.Json;
using Criterion.Metrics;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Metrics;

public class FrechetDistanceTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Pairs() => MetricGolden.Pairs();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Agrees_with_scipy(string op, string name)
    {
        GoldenCase golden = MetricGolden.Find(op, name);
        (Tensor real, Tensor fake) = MetricGolden.Inputs(golden);
        JsonElement expected = golden["frechet"];

        FrechetResult result = FrechetDistance.Between(real, fake, "numbers");

        // Zero eigenvalues come out of the decomposition as 1e-16 of the largest, and their roots as 1e-8 of its root.
        double traces = Trace(real) + Trace(fake);
        double tolerance = expected.GetProperty("ranks")[0].GetInt32() == real.Shape[1]
            && expected.GetProperty("ranks")[1].GetInt32() == real.Shape[1]
            ? 1e-11
            : 1e-7;
        MetricGolden.Close(expected.GetProperty("value").GetDouble(), result.Value, traces, tolerance);
        MetricGolden.Close(expected.GetProperty("covariances").GetDouble(), result.Covariances, traces, tolerance);
        MetricGolden.Close(expected.GetProperty("means").GetDouble(), result.Means, tolerance: 1e-11);
        Assert.Equal(
            [.. expected.GetProperty("ranks").EnumerateArray().Select(static rank => rank.GetInt32())], [result.RealRank, result.FakeRank]);
        Assert.Equal(new MetricSamples("numbers", real.Shape[1], real.Shape[0], fake.Shape[0]), result.Samples);
    }

    [Fact]
    public void Commuting_covariances_have_a_closed_form()
    {
        // Covariances diag(1, 4) and diag(4, 1), means (0, 0) and (1, 2).
        FrechetResult result = FrechetDistance.Between(Plane(1, 4), Plane(4, 1) + Tensor.From(1.0, 2.0));
        Assert.Equal(7, result.Value, 12);
        Assert.Equal(5, result.Means, 12);
    }

    [Fact]
    public void Covariances_that_do_not_commute()
    {
        // [[2, 1], [1, 2]] has the eigenvalues 3 and 1 along the diagonals.
        Tensor turn = Tensor.From(new[,] { { 1.0, 1.0 }, { 1.0, -1.0 } }) / Math.Sqrt(2);
        Assert.Equal(0.516685226452, FrechetDistance.Between(Plane(3, 1).MatMul(turn), Plane(1, 3)).Value, 11);
    }

    [Fact]
    public void Sets_of_equal_points_are_at_distance_0()
    {
        Tensor rows = MetricGolden.Normal(60, 9, 3);
        Assert.InRange(FrechetDistance.Between(rows, rows).Value, 0, 1e-12);
        Assert.InRange(FrechetDistance.Between(rows, MetricGolden.Shuffled(rows)).Value, 0, 1e-12);
        Assert.InRange(FrechetDistance.Between(rows[..5], rows[..5]).Value, 0, 1e-6);
        Assert.Equal(0, FrechetDistance.Between(Tensor.Ones([4, 3]), Tensor.Ones([4, 3])).Value);
    }

    [Fact]
    public void Order_and_sides_do_not_matter_and_motion_of_both_neither()
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(80, 5, 4), MetricGolden.Normal(70, 5, 5, mean: 0.4, deviation: 1.5));
        double value = FrechetDistance.Between(real, fake).Value;
        MetricGolden.Close(
            value, FrechetDistance.Between(MetricGolden.Shuffled(real), MetricGolden.Shuffled(fake)).Value, tolerance: 1e-12);
        MetricGolden.Close(value, FrechetDistance.Between(fake, real).Value, tolerance: 1e-12);
        MetricGolden.Close(value, FrechetDistance.Between(real + 5, fake + 5).Value, tolerance: 1e-11);
        MetricGolden.Close(9 * value, FrechetDistance.Between(real * 3, fake * 3).Value, tolerance: 1e-12);
    }

    [Fact]
    public void Moving_one_set_adds_the_squared_way()
    {
        Tensor rows = MetricGolden.Normal(60, 4, 6);
        Assert.Equal(4 * 0.25, FrechetDistance.Between(rows, rows + 0.5).Value, 11);
    }

    [Fact]
    public void Extrapolation_comes_nearer_to_the_truth_than_the_distance_itself()
    {
        // Both sets are of the same distribution: the truth is 0.
        FeatureStatistics real = FeatureStatistics.Of(MetricGolden.Normal(20_000, 20, 7));
        Tensor fake = MetricGolden.Normal(600, 20, 8);
        double plain = FrechetDistance.Between(real, FeatureStatistics.Of(fake)).Value;

        FrechetExtrapolation extrapolated = FrechetDistance.Extrapolate(real, fake);

        Assert.True(Math.Abs(extrapolated.Value) < plain / 3, $"{extrapolated.Value} against {plain}");
        Assert.True(extrapolated.Slope > 0);
        Assert.Equal(15, extrapolated.Points.Count);
        Assert.Equal((60, 600), (extrapolated.Points[0].Count, extrapolated.Points[^1].Count));
        MetricGolden.Close(plain, extrapolated.Points[^1].Value);
        Assert.Equal(extrapolated.Value, FrechetDistance.Extrapolate(real, fake).Value);
        Assert.NotEqual(extrapolated.Value, FrechetDistance.Extrapolate(real, fake, random: new RandomStream(1)).Value);
    }

    [Fact]
    public void Few_samples_are_warned_of_in_words()
    {
        Tensor rows = MetricGolden.Normal(200, 10, 9);
        Assert.Empty(FrechetDistance.Between(rows, rows).Warnings());
        Assert.Contains(
            "50 fake samples are few for 10 features",
            Assert.Single(FrechetDistance.Between(rows, rows[..50]).Warnings()),
            StringComparison.Ordinal);
        Assert.Contains(
            "10 real samples are too few for 10 features: their covariance has rank 9",
            Assert.Single(FrechetDistance.Between(rows[..10], rows).Warnings()),
            StringComparison.Ordinal);
        Assert.Contains(
            "The fake features vary in only 1 of 10 directions",
            Assert.Single(FrechetDistance.Between(rows, rows[.., ..1].Expand(200, 10)).Warnings()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_sets_are_refused()
    {
        Tensor rows = MetricGolden.Normal(30, 3, 10);
        Assert.Contains(
            "3 dimensions and fake ones 2",
            Assert.Throws<ShapeException>(() => FrechetDistance.Between(rows, rows[.., ..2])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "fake has 1 sample(s)",
            Assert.Throws<MetricException>(() => FrechetDistance.Between(rows, rows[..1])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "real is NaN in row 0, column 0",
            Assert.Throws<MetricException>(() => FrechetDistance.Between(rows * double.NaN, rows)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "fake is Infinity in row 0, column 0",
            Assert.Throws<MetricException>(() => FrechetDistance.Between(rows, rows.Abs() / 0)).Message,
            StringComparison.Ordinal);
        Assert.Throws<MetricException>(() => FrechetDistance.Between(FeatureStatistics.Of(rows, "a"), FeatureStatistics.Of(rows, "b")));
        Assert.Throws<MetricException>(() => FrechetDistance.Extrapolate(FeatureStatistics.Of(rows), rows[..11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrechetDistance.Extrapolate(FeatureStatistics.Of(rows), rows, points: 2));
    }

    /// <summary>Four points in the plane whose covariance is diag(a, b), and whose mean is 0.</summary>
    static Tensor Plane(double a, double b)
    {
        (double x, double y) = (Math.Sqrt(1.5 * a), Math.Sqrt(1.5 * b));
        return Tensor.From(new[,] { { x, 0 }, { -x, 0 }, { 0, y }, { 0, -y } });
    }

    static double Trace(Tensor rows) => rows.Var([0]).Sum().Item();
}
