using System.Globalization;
using System.Xml.Linq;
using Criterion.Formats;
using Criterion.Losses;

namespace Criterion.Training.Tests;

public sealed class ComparisonTests : IDisposable
{
    readonly TempFolder _temp = new();

    public ComparisonTests() => Npy.Write(_temp["data.npy"], Tensor.Rand([32, 1, 8, 8], random: new RandomStream(4), low: -1));

    public void Dispose() => _temp.Dispose();

    GanComparisonOptions Options => new()
    {
        Objectives = ["nonsaturating", "wgan-gp"],
        Seeds = 2,
        Steps = 12,
        BatchSize = 4,
        Width = 2,
        Measure = new(6, 20),
        Data = DataArguments.Of([_temp["data.npy"]], null, ImageRange.MinusOneOne),
    };

    [Fact]
    public void Every_objective_and_seed_is_run_and_measured()
    {
        ComparisonRecord record = Execute("all");

        Assert.Equal(RunStatus.Finished, record.Status);
        Assert.Equal(["nonsaturating", "wgan-gp"], record.Results.Select(static result => result.Name).Order());
        Assert.All(record.Results, result => Assert.Equal([0ul, 1ul], result.Runs.Select(static run => run.Seed)));
        CompetitorResult best = record.Results[0];
        double[] values = [.. best.Runs.Select(static run => run.Measures[0].Value)];
        Assert.Equal(values.Average(), best.Measures[0].Interval.Mean, 12);
        Assert.True(best.Measures[0].Interval.Mean <= record.Results[1].Measures[0].Interval.Mean);
        Assert.Null(best.StableShare);
        Assert.All(best.Runs, static run => Assert.Null(run.IsStable));
        Assert.True(best.SecondsPerStep > 0);
        Assert.Equal(
            ((GanRunRecord)RunFolder.ReadRecord(_temp[$"all/runs/{best.Name}-seed-1"])).Quality!.Values[0].Value,
            values[1]);
        Assert.Equal(record, Comparison.ReadRecord(_temp["all"]));
    }

    [Fact]
    public void All_start_from_the_same_generator_on_the_same_data()
    {
        GanRecipe a = Options.Recipe("nonsaturating", 1, Tiny.Data);
        GanRecipe b = Options.Recipe("wgan-gp", 1, Tiny.Data);

        Assert.Equal((a.Options.Steps, a.Options.BatchSize, a.Options.Seed, a.Options.Latent),
            (b.Options.Steps, b.Options.BatchSize, b.Options.Seed, b.Options.Latent));
        Assert.Equal(GanRecipe.Find("wgan-gp").Options with { Steps = 12, BatchSize = 4, Seed = 1, OnNan = NanPolicy.Skip }, b.Options);
    }

    [Fact]
    public void What_stopped_goes_on_and_ends_in_the_same_table()
    {
        ComparisonRecord whole = Execute("whole");
        using CancellationTokenSource stop = new();
        int steps = 0;
        ComparisonRecord stopped = Comparison.Open(_temp["parts"], Options)
            .Execute(_ => StopAt(17, ref steps, stop), cancellation: stop.Token);
        Assert.Equal((RunStatus.Stopped, 17), (stopped.Status, steps));
        Assert.Equal(5, RunFolder.ReadRecord(_temp["parts/runs/wgan-gp-seed-0"]).StepsDone);
        DateTime kept = File.GetLastWriteTimeUtc(_temp["parts/runs/nonsaturating-seed-0/run.json"]);

        // One that was killed before its first checkpoint starts again.
        Directory.CreateDirectory(_temp["parts/runs/nonsaturating-seed-1/checkpoints"]);
        File.WriteAllText(_temp["parts/runs/nonsaturating-seed-1/losses.csv"], "torn");
        ComparisonRecord rest = Execute("parts", _ => steps++);

        Assert.Equal(4 * 12, steps);
        Assert.Equal(kept, File.GetLastWriteTimeUtc(_temp["parts/runs/nonsaturating-seed-0/run.json"]));
        Assert.Equal(Timeless(whole), Timeless(rest));
        Assert.Equal(RunStatus.Finished, rest.Status);
    }

    [Fact]
    public void Runs_side_by_side_end_in_the_same_table()
    {
        ComparisonRecord one = Execute("one");

        ComparisonRecord many = Comparison.Open(_temp["many"], Options)
            .Execute(parallel: 4, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(Timeless(one), Timeless(many));
    }

    [Fact]
    public void Other_options_and_other_folders_are_refused()
    {
        GanComparisonOptions small = Options with { Steps = 1, Seeds = 1, Objectives = ["lsgan"] };
        Comparison.Open(_temp["run"], small).Execute(cancellation: TestContext.Current.CancellationToken);

        string message = Assert.Throws<TrainingException>(() => Comparison.Open(_temp["run"], small with { Steps = 2, Seeds = 5 })).Message;
        Assert.Contains("seeds 1 there, 5 now; steps 1 there, 2 now", message, StringComparison.Ordinal);
        Assert.Contains("is not the folder of a "
            + "comparison", Assert.Throws<TrainingException>(
                () => Comparison.Open(_temp["run/runs"], small)).Message, StringComparison.Ordinal);
        Npy.Write(_temp["data.npy"], Tensor.Rand([32, 1, 8, 8], random: new RandomStream(5), low: -1));
        Assert.Contains("Restore the data", Assert.Throws<TrainingException>(() => Comparison.Open(_temp["run"], small)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_at_the_same_folder_are_refused()
    {
        GanComparisonOptions small = Options with { Steps = 1, Seeds = 1, Objectives = ["lsgan"] };

        Comparison.Open(_temp["run"], small).Execute(_ => Assert.Contains(
            "another program uses it",
            Assert.Throws<TrainingException>(
                () => Comparison.Open(_temp["run"], small).Execute(cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal), cancellation: TestContext.Current.CancellationToken);

        Assert.False(File.Exists(_temp["run/compare.lock"]));
        Assert.Equal(RunStatus.Finished, Comparison.ReadRecord(_temp["run"])!.Status);
    }

    [Fact]
    public void What_cant_be_compared_is_refused_before_anything_is_trained()
    {
        Refused("There is no objective 'gan'", Options with { Objectives = ["lsgan", "gan"] });
        Refused("'lsgan' is given twice", Options with { Objectives = ["lsgan", "lsgan"] });
        Refused("'hinge' is given twice", Options with { Objectives = ["hinge", "lsgan", "Hinge"] });
        Refused("at least one objective", Options with { Objectives = [] });
        Refused("has no labels", Options with { Objectives = ["lsgan", "acgan"] });
        Refused("do not fill a batch", Options with { BatchSize = 99 });
        Assert.False(Directory.Exists(_temp["none"]));

        void Refused(string message, GanComparisonOptions options) =>
            Assert.Contains(
                message, Assert.Throws<TrainingException>(() => Comparison.Open(_temp["none"], options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Objectives_that_are_no_recipe_have_the_settings_of_the_first()
    {
        Assert.Equal(new PearsonFGanLoss(), Options.Recipe("fgan-pearson", 0, Tiny.Data).Options.Objective);
        Assert.Equal(new RelativisticAverageHingeGanLoss(), Options.Recipe("relativistic-average-hinge", 0, Tiny.Data).Options.Objective);
        Assert.Equal(Options.Recipe("dcgan", 0, Tiny.Data).Options, Options.Recipe("non-saturating", 0, Tiny.Data).Options);
        Assert.Equal(new LeastSquaresGanLoss(-1, 1, 0), Options.Recipe("least-squares:a=-1,c=0", 0, Tiny.Data).Options.Objective);
    }

    [Fact]
    public void The_page_holds_table_intervals_curves_and_pictures()
    {
        Execute("run");

        XElement page = WholePage.Read(File.ReadAllText(_temp["run/report.html"]));

        Assert.Equal(2, page.All("tbody")[0].All("tr").Length);
        Assert.Equal(
            ["Fréchet distance at the end", "Fréchet distance by step", "Generator gradient norm by "
                + "step", "Accuracy by step", "Diversity by step"],
            page.All("h3").Select(static title => title.Value));
        Assert.Equal(
            ["nonsaturating, seed 0", "nonsaturating, seed 1", "wgan-gp, seed 0", "wgan-gp, seed 1", "Real images"],
            page.All("img").Select(Caption).Order(StringComparer.Ordinal).OrderBy(static caption => caption[0] == 'R'));
        Assert.Contains("Too few steps: the health checks begin at step 300.", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("None: in no run", page.Value, StringComparison.Ordinal);
        Assert.All(page.All("tbody")[0].All("tr"), static row => Assert.Equal("too few steps", row.Elements().Last().Value));
        Assert.Contains("WassersteinGanLoss", page.Value, StringComparison.Ordinal);
        Assert.StartsWith("Finished: 4 of 4 runs", page.All("p")[0].Value, StringComparison.Ordinal);
    }

    static string Caption(XElement picture) =>
        picture.Ancestors("figure").Single().Element("figcaption")!.Value.Replace(", at the end", "", StringComparison.Ordinal);

    // The losses of a run that ended after 299 steps were never examined; those of 300 were, once.
    [Theory]
    [InlineData(299, 0, 1.0, null)]
    [InlineData(300, 0, 1.0, true)]
    [InlineData(300, 0, 0.01, false)]
    [InlineData(10, 2, 1.0, false)]
    public void Only_runs_that_were_examined_are_called_stable(int steps, int skipped, double diversity, bool? isStable)
    {
        Comparison.Open(_temp["run"], Options with { Steps = 1, Seeds = 1, Objectives = ["lsgan"], Measure = new(1, 20) })
            .Execute(cancellation: TestContext.Current.CancellationToken);
        string folder = _temp["run/runs/lsgan-seed-0"];
        IEnumerable<string> rows = Enumerable.Range(1, steps).Select(step => string.Create(CultureInfo.InvariantCulture,
            $"{step},0.7,0.7,0.5,0.5,0,1,1,0.5,{diversity},0,0,{skipped},0.1"));
        File.WriteAllLines(Path.Combine(folder, "losses.csv"), rows.Prepend(GanStep.Columns.Header));

        Assert.Equal(isStable, SeedResult.Read(folder)!.IsStable);
    }

    [Fact]
    public void Features_of_clothes_are_warned_of_on_other_images()
    {
        Execute("run");
        ComparisonRecord record = Comparison.ReadRecord(_temp["run"])!;

        Assert.Equal(FindingKind.UnsuitedFeatures, Assert.Single(record.Findings).Kind);
        Assert.Contains("order runs on the same data at best", WholePage.Read(File.ReadAllText(_temp["run/report.html"])).Value,
            StringComparison.Ordinal);
        Assert.Empty((record with { Data = DataRecord.Of(ImageDataset.FashionMnist(8)) }).Findings);
        Assert.Empty((record with { Data = DataRecord.Of(new GaussianRing().Draw(10)) }).Findings);
    }

    [Fact]
    public void On_the_ring_modes_are_counted()
    {
        GanComparisonOptions options = Options with
        {
            Objectives = ["hinge", "dcgan"],
            Seeds = 1,
            Steps = 2,
            Width = 8,
            Data = DataArguments.Of([GaussianRing.Name], null, null)
        };

        ComparisonRecord record = Comparison.Open(_temp["ring"], options).Execute(cancellation: TestContext.Current.CancellationToken);

        Assert.All(record.Results, static result => Assert.Equal(["modes_found", "high_quality"],
            result.Measures.Select(static measure => measure.Name)));
        Assert.All(record.Results, static result => Assert.InRange(result.Measures[0].Interval.Mean, 0, 8));
        XElement page = WholePage.Read(File.ReadAllText(_temp["ring/report.html"]));
        Assert.Contains("Modes found by step", page.All("h3").Select(static title => title.Value));
        Assert.Contains("Share of high-quality samples", page.All("th").Select(static cell => cell.Value));
    }

    ComparisonRecord Execute(string name, Action<ComparisonStep>? onStep = null) =>
        Comparison.Open(_temp[name], Options).Execute(onStep, cancellation: TestContext.Current.CancellationToken);

    static ValueList<CompetitorResult> Timeless(ComparisonRecord record) =>
        [.. record.Results.Select(static result => result with { SecondsPerStep = 0,
            Runs = [.. result.Runs.Select(static run => run with { SecondsPerStep = 0 })] })];

    static void StopAt(int at, ref int steps, CancellationTokenSource stop)
    {
        if (++steps == at)
        {
            stop.Cancel();
        }
    }
}
