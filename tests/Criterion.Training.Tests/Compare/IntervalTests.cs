using System.Globalization;
using System.Xml.Linq;

namespace Criterion.Training.Tests;

public class IntervalTests
{
    // Student's table, two-sided 95 %.
    [Theory]
    [InlineData(1, 12.7062047362)]
    [InlineData(2, 4.3026527297)]
    [InlineData(3, 3.1824463053)]
    [InlineData(4, 2.7764451052)]
    [InlineData(9, 2.2621571628)]
    [InlineData(30, 2.0422724563)]
    [InlineData(1000, 1.9623390808)]
    public void Quantiles_are_those_of_the_table(int freedom, double t) => Assert.Equal(t, Interval.Quantile(freedom), 8);

    [Fact]
    public void By_hand()
    {
        // 1, 2, 3: s = 1 and 4.30265 / √3 = 2.48414.
        Interval interval = Interval.Of([1, 2, 3]);

        Assert.Equal((2, 1), (interval.Mean, interval.Deviation));
        Assert.Equal(2.4841377, interval.Margin!.Value, 6);
    }

    [Fact]
    public void One_result_has_no_interval_and_equal_ones_an_empty_one()
    {
        Assert.Equal(new Interval(5, null, null), Interval.Of([5]));
        Assert.Equal(new Interval(5, 0, 0), Interval.Of([5, 5, 5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Interval.Of([]));
    }

    // Two seeds of a distance: 24 ± 101 by Student's t, and no distance is negative.
    [Fact]
    public void No_axis_of_a_measure_reaches_below_0()
    {
        Interval wide = Interval.Of([16, 32]);
        Assert.Equal((24, 101.6), (wide.Mean, Math.Round(wide.Margin!.Value, 1)));

        XElement plot = new IntervalPlot("Fréchet distance", [("hinge", wide, [16, 32])]).Draw();

        Assert.DoesNotContain("-", string.Concat(plot.All("text").Select(static text => text.Value)), StringComparison.Ordinal);
        Assert.Equal("0", plot.All("text")[0].Value);
        Assert.Contains("No value can be below 0, where intervals are cut.", plot.Value, StringComparison.Ordinal);
        double left = Left(plot.All("path").Single(static path => path.Attribute("class")!.Value == "line c0"));
        Assert.Equal(double.Parse(plot.All("text")[0].Attribute("x")!.Value, CultureInfo.InvariantCulture), left);
    }

    [Fact]
    public void A_share_ends_at_1_and_other_intervals_are_drawn_whole()
    {
        XElement share = new IntervalPlot("Share", [("hinge", Interval.Of([0.7, 0.9]), [0.7, 0.9])]) { Most = 1 }.Draw();
        Assert.DoesNotContain(share.All("text"), static text => text.Value is "1.2" or "1.5" or "2");

        XElement narrow = new IntervalPlot("Fréchet distance", [("hinge", Interval.Of([50, 50.1]), [50, 50.1])]).Draw();
        Assert.DoesNotContain("cut", narrow.Value, StringComparison.Ordinal);
        Assert.NotEqual("0", narrow.All("text")[0].Value);
    }

    static double Left(XElement path) =>
        double.Parse(path.Attribute("d")!.Value[1..].Split(' ')[0], CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(79.654, 1.176, "79.7 ± 1.2")]
    [InlineData(79.654, 0.9124, "79.65 ± 0.91")]
    [InlineData(1234.5, 123.4, "1234 ± 123")]
    [InlineData(2, 0.0, "2 ± 0")]
    [InlineData(79.654, null, "79.65")]
    public void Means_are_told_as_exactly_as_they_are_known(double mean, double? margin, string text) =>
        Assert.Equal(text, IntervalPlot.Text(new Interval(mean, margin, null)));
}
