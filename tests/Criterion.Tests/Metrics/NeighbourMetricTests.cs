using System.Text.Json;
using Criterion.Metrics;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Metrics;

/// <summary>Precision, recall, density and coverage: four numbers from the same distances.</summary>
public class NeighbourMetricTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Pairs() =>
        MetricGolden.Pairs().Where(static row => MetricGolden.Find(row.Data.Item1, row.Data.Item2).Has("neighbours"));

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Agrees_with_numpy(string op, string name)
    {
        GoldenCase golden = MetricGolden.Find(op, name);
        (Tensor real, Tensor fake) = MetricGolden.Inputs(golden);
        foreach (JsonProperty expected in golden["neighbours"].EnumerateObject())
        {
            string[] keys = ["precision", "recall", "density", "coverage"];
            double[] numbers = [.. keys.Select(key => expected.Value.GetProperty(key).GetDouble())];
            Assert.Equal(
                numbers,
                Measure(real, fake, int.Parse(expected.Name, System.Globalization.CultureInfo.InvariantCulture)),
                static (a, b) => Math.Abs(a - b) < 1e-12);
        }
    }

    [Fact]
    public void Tiles_do_not_show()
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(700, 2, 1), MetricGolden.Normal(4200, 2, 2, mean: 1));
        Assert.Equal(Plain(real, fake, 3), Measure(real, fake, 3), static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Sets_of_equal_points_cover_each_other()
    {
        Tensor rows = MetricGolden.Normal(80, 5, 3);
        double[] same = Measure(rows, MetricGolden.Shuffled(rows), 3);
        Assert.Equal([1.0, 1.0], same[..2]);
        Assert.Equal(1, same[3]);

        // Each point lies in its own ball, and in those of all whose k-th neighbour it is within.
        Assert.InRange(same[2], 1, 2);
    }

    [Fact]
    public void Points_that_repeat_count_as_equal()
    {
        Tensor rows = MetricGolden.Normal(20, 7, 4, mean: 100);
        Tensor thrice = Tensor.Cat([rows, rows, rows]);
        Assert.Equal([1.0, 1.0, 1.5, 1.0], Measure(thrice, thrice, 2));
    }

    [Fact]
    public void Order_and_motion_of_both_do_not_matter()
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(90, 4, 5), MetricGolden.Normal(70, 4, 6, mean: 0.5));
        double[] expected = Measure(real, fake, 3);
        Assert.Equal(expected, Measure(MetricGolden.Shuffled(real), MetricGolden.Shuffled(fake), 3));
        Assert.Equal(expected, Measure(real + 1e4, fake + 1e4, 3));
        Assert.Equal(expected, Measure(real * 1e-3, fake * 1e-3, 3));
    }

    [Fact]
    public void Precision_and_recall_change_places_with_the_sets()
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(90, 4, 5), MetricGolden.Normal(70, 4, 6, mean: 0.5));
        PrecisionRecallResult there = PrecisionRecall.Between(real, fake);
        PrecisionRecallResult back = PrecisionRecall.Between(fake, real);
        Assert.Equal((there.Precision, there.Recall), (back.Recall, back.Precision));
    }

    [Fact]
    public void A_dropped_mode_costs_recall_and_coverage_and_a_foreign_one_precision_and_density()
    {
        Tensor left = MetricGolden.Normal(100, 3, 7, mean: -20);
        Tensor right = MetricGolden.Normal(100, 3, 8, mean: 20);
        double[] dropped = Measure(Tensor.Cat([left, right]), MetricGolden.Normal(200, 3, 9, mean: -20), 3);
        Assert.True(dropped[0] > 0.8 && dropped[1] < 0.55 && dropped[3] < 0.55, string.Join(' ', dropped));
        double[] foreign = Measure(left, Tensor.Cat([MetricGolden.Normal(100, 3, 9, mean: -20), right]), 3);
        Assert.True(foreign[0] < 0.55 && foreign[1] > 0.8 && foreign[2] < 0.7 && foreign[3] > 0.8, string.Join(' ', foreign));
    }

    [Fact]
    public void Results_say_what_they_were_computed_from()
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(9, 4, 5), MetricGolden.Normal(8, 4, 6));
        MetricSamples samples = new("numbers", 4, 9, 8);
        PrecisionRecallResult precisionRecall = PrecisionRecall.Between(real, fake, features: "numbers");
        Assert.Equal((3, samples), (precisionRecall.Neighbours, precisionRecall.Samples));
        DensityCoverageResult densityCoverage = DensityCoverage.Between(real, fake, features: "numbers");
        Assert.Equal((5, samples), (densityCoverage.Neighbours, densityCoverage.Samples));
    }

    [Fact]
    public void Wrong_sets_are_refused()
    {
        Tensor rows = MetricGolden.Normal(9, 4, 5);
        Assert.Contains(
            "at least 4", Assert.Throws<MetricException>(() => PrecisionRecall.Between(rows, rows[..3])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "at least 6", Assert.Throws<MetricException>(() => DensityCoverage.Between(rows[..5], rows)).Message, StringComparison.Ordinal);
        Assert.Throws<MetricException>(() => DensityCoverage.Between(rows, rows * double.NaN));
        Assert.Throws<ShapeException>(() => PrecisionRecall.Between(rows, rows[.., ..3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrecisionRecall.Between(rows, rows, neighbours: 0));
    }

    static double[] Measure(Tensor real, Tensor fake, int k)
    {
        PrecisionRecallResult first = PrecisionRecall.Between(real, fake, k);
        DensityCoverageResult second = DensityCoverage.Between(real, fake, k);
        return [first.Precision, first.Recall, second.Density, second.Coverage];
    }

    static double[] Plain(Tensor real, Tensor fake, int k)
    {
        double[][] x = Rows(real), y = Rows(fake);
        double[] rx = Radii(x, k), ry = Radii(y, k);
        double[][] d = [.. x.Select(a => y.Select(b => Distance(a, b)).ToArray())];
        int[] balls = [.. d.Select((row, i) => row.Count(distance => distance <= rx[i]))];
        return
        [
            Enumerable.Range(0, y.Length).Count(j => Enumerable.Range(0, x.Length).Any(i => d[i][j] <= rx[i])) / (double)y.Length,
            d.Count(row => row.Where((distance, j) => distance <= ry[j]).Any()) / (double)x.Length,
            balls.Sum() / ((double)k * y.Length),
            balls.Count(static count => count > 0) / (double)x.Length,
        ];

        static double[][] Rows(Tensor t) => [.. t.Split(1).Select(static row => row.ToArray<double>())];

        static double[] Radii(double[][] rows, int k) => [.. rows.Select(a => rows.Select(b => Distance(a, b)).Order().ElementAt(k))];

        static double Distance(double[] a, double[] b)
        {
            double sum = 0;
            for (int i = 0; i < a.Length; i++)
            {
                sum += (a[i] - b[i]) * (a[i] - b[i]);
            }

            return sum;
        }
    }
}
