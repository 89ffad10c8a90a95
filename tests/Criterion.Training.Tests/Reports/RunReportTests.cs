using System.Globalization;
using System.Xml.Linq;
using Criterion.Formats;

namespace Criterion.Training.Tests;

public sealed class RunReportTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Every_gan_leaves_a_page_with_curves_pictures_and_options()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe("wgan-gp", seed: 77, steps: 25), measure: new(10, 40));

        XElement page = Page("run");

        Assert.Equal(
            ["Fréchet distance", "Losses", "Scores of the discriminator", "Penalty", "Gradient norms", "Accuracy of the discriminator",
                "Diversity of the samples"],
            page.All("h3").Select(static title => title.Value));
        Assert.Equal(
            ["Step 10", "Step 20", "Step 25", "Real images"],
            page.All("img").Select(static picture => picture.Ancestors("figure").Single().Element("figcaption")!.Value));
        Assert.Equal(File.ReadAllBytes(_temp["run/samples/step-000020.png"]),
            Convert.FromBase64String(page.All("img")[1].Attribute("src")!.Value.Split(',')[1]));
        Assert.StartsWith("Finished after 25 of 25 steps", page.All("p")[0].Value, StringComparison.Ordinal);
        Assert.Equal("77", Fact(page, "Seed"));
        Assert.Equal("5", Fact(page, "Discriminator steps"));
        Assert.Equal("noise", Fact(page, "Source"));
        Assert.Contains("GradientPenalty", Fact(page, "Regularizers"), StringComparison.Ordinal);
        Assert.Contains("Too few steps: the health checks begin at step 300.", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_curve_has_a_point_for_every_step_of_a_short_run()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 25));

        XElement losses = Assert.Single(
            Page("run").All("figure"), static figure => figure.All("h3").Any(static title => title.Value == "Losses"));

        Assert.Equal(2, losses.All("li").Length);
        XElement[] lines = [.. losses.All("path").Where(static path => path.Ancestors()
            .Any(static g => g.Attribute("clip-path") is not null))];
        Assert.Equal(2, lines.Length);
        Assert.All(lines, static line => Assert.Equal(24, line.Attribute("d")!.Value.Count('L'.Equals)));
    }

    [Fact]
    public void Names_and_errors_are_text_and_no_markup()
    {
        const string Evil = "<script>alert('&')</script>\"";
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 1));
        File.WriteAllText(_temp["run/run.json"], RunJson.Write(record with { Recipe = Evil, Status = RunStatus.Failed, Error = Evil }));

        XElement page = WholePage.Read(RunReport.Of(_temp["run"]));

        Assert.Equal(Evil, page.All("h1")[0].Value);
        Assert.Equal(Evil, page.All("p").Single(static p => p.Attribute("role")?.Value == "alert").Value);
    }

    [Fact]
    public void A_finding_is_reported_once_with_its_step()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 1));
        IEnumerable<string> rows = Enumerable.Range(1, 400)
            .Select(static step => string.Create(CultureInfo.InvariantCulture,
            $"{step},0.7,0.7,0.5,0.5,0,1,1,0.5,{(step < 250 ? 1 : 0.01)},0,0,0,0.1"));
        File.WriteAllLines(_temp["run/losses.csv"], rows.Prepend(GanStep.Columns.Header));

        XElement page = WholePage.Read(RunReport.Of(_temp["run"]));

        XElement finding = Assert.Single(page.All("section")[0].All("li"));
        Assert.StartsWith("Step 350: The samples have collapsed", finding.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_runs_are_smoothed_and_say_so()
    {
        Series line = new("x", [.. Enumerable.Range(1, 1000).Select(static i => (double)i)],
            [.. Enumerable.Range(1, 1000).Select(static i => i % 2 == 0 ? 1.0 : 3.0)]);

        IReadOnlyList<SeriesPoint> points = line.Smooth();

        Assert.Equal((9, 112), (line.Bucket, points.Count));
        Assert.All(points.SkipLast(1), static point => Assert.Equal((1, 3), (point.Low, point.High)));
        Assert.Equal(5, points[0].X);
        Assert.Equal(19 / 9.0, points[0].Mean, 12);
        Assert.Contains("means of 9 steps", new Chart("x", [line]).Draw().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_differ_by_rounding_alone_have_the_axis_of_one_value() =>
        Assert.InRange(Axis.Roomy([1, Math.BitIncrement(1)]).Ticks().Count(), 3, 10);

    [Fact]
    public void Gaps_stay_gaps()
    {
        Series line = new("x", [1, 2, 3, 4], [1, double.NaN, 3, 4]);

        XElement[] paths = new Chart("x", [line]).Draw().All("path");

        Assert.Equal(2, paths.Single(static path => path.Attribute("class")!.Value == "line c0").Attribute("d")!.Value.Count('M'.Equals));
        Assert.Equal("x: from 1 to 4, between 1 and 4", line.Describe());
    }

    [Theory]
    [InlineData(0, 1, false, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(-35, 27, false, new[] { -20.0, 0, 20 })]
    [InlineData(0.001, 200, true, new[] { 0.001, 0.01, 0.1, 1, 10, 100 })]
    [InlineData(3, 3, false, new[] { 2.7, 2.8, 2.9, 3, 3.1, 3.2, 3.3 })]
    public void Axes_are_marked_at_round_numbers(double low, double high, bool mayBeLog, double[] ticks)
    {
        Axis axis = Axis.Roomy([low, high], mayBeLog);

        Assert.Equal(ticks.Select(Axis.Text), axis.Ticks().Select(Axis.Text));
        Assert.InRange(axis.Place(low), 0, 0.5);
        Assert.InRange(axis.Place(high), 0.5, 1);
    }

    [Fact]
    public void Stopped_and_failed_runs_leave_one_too()
    {
        using CancellationTokenSource stop = new();
        Tiny.Run(_temp["stopped"], Tiny.Recipe(), step => StopAt(5, step, stop), stop);
        GanRecipe recipe = Tiny.Recipe();
        GanRecipe explosive = recipe with
        {
            Options = recipe.Options with
            {
                DiscriminatorLearningRate = 1e38,
                GeneratorLearningRate = 1e38
            }
        };

        Assert.ThrowsAny<TrainingException>(() => Tiny.Run(_temp["failed"], explosive));

        Assert.StartsWith("Stopped after 5 of 20 steps", Page("stopped").All("p")[0].Value, StringComparison.Ordinal);
        Assert.Contains("first tensor that is not finite", Page("failed").Value, StringComparison.Ordinal);
    }

    XElement Page(string run) => WholePage.Read(File.ReadAllText(_temp[$"{run}/report.html"]));

    static string Fact(XElement page, string name) =>
        page.All("tr").First(row => row.Elements("th").First().Value == name).Elements("td").First().Value;

    static void StopAt(long at, GanStep step, CancellationTokenSource stop)
    {
        if (step.Step == at)
        {
            stop.Cancel();
        }
    }
}
