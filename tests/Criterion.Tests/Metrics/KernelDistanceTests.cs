using Criterion.Metrics;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Metrics;

public class KernelDistanceTests
{
    static Tensor Real => MetricGolden.Normal(300, 6, 1);
    static Tensor Fake => MetricGolden.Normal(250, 6, 2, mean: 0.3);

    public static IEnumerable<TheoryDataRow<string, string>> Pairs() => MetricGolden.Pairs();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Agrees_with_numpy(string op, string name)
    {
        GoldenCase golden = MetricGolden.Find(op, name);
        (Tensor real, Tensor fake) = MetricGolden.Inputs(golden);

        // The terms are large and nearly cancel.
        double scale = Math.Pow(((real * real).Sum(1).Max().Item() / real.Shape[1]) + 1, 3);
        MetricGolden.Close(golden["kernel"].GetDouble(), KernelDistance.Unbiased(real, fake), scale, 1e-13);
    }

    [Fact]
    public void Three_points_each()
    {
        Tensor real = Tensor.From(new[,] { { 1.0, 0 }, { 0, 1 }, { 1, 1 } });
        Tensor fake = Tensor.From(new[,] { { 0.0, 0 }, { 2, 0 }, { 0, 2 } });
        Assert.Equal(-4.638888888889, KernelDistance.Unbiased(real, fake), 11);
    }

    [Fact]
    public void Tiles_do_not_show()
    {
        (Tensor real, Tensor fake) = (MetricGolden.Normal(1100, 3, 3), MetricGolden.Normal(1030, 3, 4, mean: 0.5));
        MetricGolden.Close(Plain(real, fake), KernelDistance.Unbiased(real, fake), 10, 1e-12);
    }

    [Fact]
    public void Order_and_sides_do_not_matter()
    {
        double value = KernelDistance.Unbiased(Real, Fake);
        MetricGolden.Close(value, KernelDistance.Unbiased(MetricGolden.Shuffled(Real), MetricGolden.Shuffled(Fake)), tolerance: 1e-12);
        MetricGolden.Close(value, KernelDistance.Unbiased(Fake, Real), tolerance: 1e-12);
    }

    [Fact]
    public void Subsets_estimate_the_same_as_all_samples()
    {
        KernelResult result = KernelDistance.Between(Real, Fake, features: "numbers");

        Assert.Equal((100, 125, new MetricSamples("numbers", 6, 300, 250)), (result.Subsets, result.SubsetSize, result.Samples));
        Assert.InRange(
            result.Value,
            KernelDistance.Unbiased(Real, Fake) - result.StandardError,
            KernelDistance.Unbiased(Real, Fake) + result.StandardError);
        Assert.Equal(result.StandardDeviation / Math.Sqrt(2), result.StandardError, 15);
    }

    [Fact]
    public void The_standard_error_is_that_of_disjoint_subsets_where_there_are_enough_samples() =>
        Assert.Equal(5, Ratio(KernelDistance.Between(Real, Fake, subsets: 25, subsetSize: 10)), 12);

    [Fact]
    public void Samples_of_one_distribution_are_at_about_0_whatever_their_number()
    {
        KernelResult same = KernelDistance.Between(Real, MetricGolden.Normal(250, 6, 5));
        Assert.InRange(Math.Abs(same.Value), 0, 3 * same.StandardError);
        double[] small = [.. Enumerable.Range(0, 200).Select(
            i => KernelDistance.Unbiased(MetricGolden.Normal(5, 2, 1000 + (ulong)i), MetricGolden.Normal(5, 2, 5000 + (ulong)i)))];
        double error = Math.Sqrt(small.Sum(value => value * value)) / small.Length;
        Assert.InRange(Math.Abs(small.Average()), 0, 3 * error);
    }

    [Fact]
    public void The_seed_decides()
    {
        Assert.Equal(KernelDistance.Between(Real, Fake), KernelDistance.Between(Real, Fake));
        Assert.Equal(KernelDistance.Between(Real, Fake, random: new RandomStream(7)), KernelDistance.Between(
            Real, Fake, random: new RandomStream(7)));
        Assert.NotEqual(KernelDistance.Between(Real, Fake), KernelDistance.Between(Real, Fake, random: new RandomStream(7)));
    }

    [Fact]
    public void Wrong_sets_and_subsets_are_refused()
    {
        Assert.Throws<MetricException>(() => KernelDistance.Between(Real[..3], Fake));
        Assert.Throws<MetricException>(() => KernelDistance.Unbiased(Real, Fake[..1]));
        Assert.Throws<MetricException>(() => KernelDistance.Unbiased(Real, Fake * double.NaN));
        Assert.Throws<ShapeException>(() => KernelDistance.Between(Real, Fake[.., ..5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KernelDistance.Between(Real, Fake, subsets: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => KernelDistance.Between(Real, Fake, subsetSize: 1));
        Assert.Contains(
            "from 2 to 250",
            Assert.Throws<ArgumentOutOfRangeException>(() => KernelDistance.Between(Real, Fake, subsetSize: 251)).Message,
            StringComparison.Ordinal);
    }

    static double Ratio(KernelResult result) => result.StandardDeviation / result.StandardError;

    static double Plain(Tensor x, Tensor y)
    {
        double[][] a = Rows(x), b = Rows(y);
        double own = Mean(a, a, skipSame: true) + Mean(b, b, skipSame: true);
        return own - (2 * Mean(a, b, skipSame: false));

        static double[][] Rows(Tensor t) => [.. t.Split(1).Select(static row => row.ToArray<double>())];

        static double Mean(double[][] a, double[][] b, bool skipSame)
        {
            double sum = 0;
            for (int i = 0; i < a.Length; i++)
            {
                for (int j = 0; j < b.Length; j++)
                {
                    double dot = a[i].Zip(b[j], static (p, q) => p * q).Sum();
                    sum += skipSame && i == j ? 0 : Math.Pow((dot / a[i].Length) + 1, 3);
                }
            }

            return sum / (a.Length * (double)(skipSame ? b.Length - 1 : b.Length));
        }
    }
}
