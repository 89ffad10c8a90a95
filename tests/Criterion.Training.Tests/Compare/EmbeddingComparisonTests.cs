using System.Xml.Linq;

namespace Criterion.Training.Tests;

public sealed class EmbeddingComparisonTests(EmbeddingComparisonTests.FinishedComparison finished)
    : IClassFixture<EmbeddingComparisonTests.FinishedComparison>, IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    /// <summary>A comparison that several tests read.</summary>
    public sealed class FinishedComparison : IDisposable
    {
        public FinishedComparison() => Record = Comparison.Open(Folder["all"], Options, Data).Execute();

        internal TempFolder Folder { get; } = new();

        public ComparisonRecord Record { get; }

        public void Dispose() => Folder.Dispose();
    }

    static EmbeddingComparisonOptions Options { get; } = new()
    {
        Losses = ["sup-con", "contrastive:margin=0.7", "triplet-margin"],
        Seeds = 2,
        Steps = 6,
        Images = 24,
        Width = 2,
    };

    static ImageDataset Data { get; } = EmbeddingRunTests.Levels(160, classes: 8);

    [Fact]
    public void Every_loss_and_seed_is_trained_and_measured_on_held_out_images()
    {
        ComparisonRecord record = finished.Record;

        Assert.Equal(RunStatus.Finished, record.Status);
        Assert.Equal(Options.Losses.Order(), record.Results.Select(static result => result.Name).Order());
        Assert.All(record.Results, static result => Assert.Equal([0ul, 1ul], result.Runs.Select(static run => run.Seed)));
        Assert.All(record.Results, static result => Assert.Equal(
            ["areaUnderCurve", "accuracy", "precisionAtOne", "meanAveragePrecisionAtR"],
            result.Measures.Select(static measure => measure.Name)));
        Assert.True(record.Results[0].Measures[0].Interval.Mean >= record.Results[^1].Measures[0].Interval.Mean);
        EmbeddingRunRecord run = (EmbeddingRunRecord)RunFolder.ReadRecord(finished.Folder["all/runs/sup-con-seed-1"]);
        SeedResult result = record.Results.Single(static one => one.Name == "sup-con").Runs[1];
        Assert.Equal(run.Quality!.AreaUnderCurve.Value, result.Measures[0].Value);
        Assert.Equal(run.Quality.MeanAveragePrecisionAtR.Value, result.Measures[3].Value);
        Assert.Equal(record, Comparison.ReadRecord(finished.Folder["all"]));
        Assert.Empty(record.Findings);
    }

    [Fact]
    public void As_many_images_pass_the_encoder_with_each_loss()
    {
        int[] batches = [.. Options.Losses.Select(static loss => Options.For(loss, 0, Data).BatchSize)];

        Assert.Equal([24, 12, 8], batches);
        Assert.Equal([6, 7], Options.For("sup-con", 0, Data).HeldOut);
        Assert.Equal([1, 2], (Options with { HeldOut = [1, 2] }).For("sup-con", 0, Data).HeldOut);
        Assert.Null(Options.For("sup-con", 0, Data).Augmentation);
        Assert.Equal(new ViewAugmentation(), (Options with { Views = true }).For("sup-con", 0, Data).Augmentation);
    }

    [Fact]
    public void What_stopped_goes_on_and_ends_in_the_same_table()
    {
        using CancellationTokenSource stop = new();
        int steps = 0;
        ComparisonRecord stopped = Comparison.Open(_temp["parts"], Options, Data).Execute(
            _ =>
            {
                if (++steps == 16)
                {
                    stop.Cancel();
                }
            },
            cancellation: stop.Token);

        ComparisonRecord rest = Comparison.Open(_temp["parts"], Options, Data)
            .Execute(_ => steps++, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Stopped, stopped.Status);
        Assert.Equal(6 * 6, steps);
        Assert.Equal(Qualities(finished.Record), Qualities(rest));
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_before_anything_is_trained()
    {
        Refused("There is no loss of embeddings 'loss'", Options with { Losses = ["sup-con", "loss"] });
        Refused("'sup-con' is given twice", Options with { Losses = ["sup-con", "sup-con"] });
        Refused("at least one loss", Options with { Losses = [] });
        Refused("NtXentLoss", Options with { Losses = ["sup-con", "nt-xent"] });
        Refused("two images of two classes at least, but a batch has 3", Options with { Images = 3 });
        Assert.False(Directory.Exists(_temp["none"]));

        void Refused(string message, EmbeddingComparisonOptions options) => Assert.Contains(
            message, Assert.Throws<TrainingException>(() => Comparison.Open(_temp["none"], options, Data)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Other_options_and_another_kind_are_refused()
    {
        EmbeddingComparisonOptions small = Options with { Losses = ["sup-con"], Seeds = 1, Steps = 1 };
        Comparison.Open(_temp["run"], small, Data).Execute(cancellation: TestContext.Current.CancellationToken);

        Assert.Contains("augmentation none there", Message(() => Comparison.Open(
            _temp["run"], small with { Augmentation = new ViewAugmentation() }, Data)), StringComparison.Ordinal);
        Assert.Contains("has a comparison of another kind: each loss there, each objective now", Message(() => Comparison.Open(
            _temp["run"], new GanComparisonOptions { Objectives = ["hinge"] }, Data)), StringComparison.Ordinal);

        static string Message(Func<object> open) => Assert.Throws<TrainingException>(open).Message;
    }

    [Fact]
    public void The_page_holds_table_intervals_curves_and_pictures()
    {
        XElement page = WholePage.Read(File.ReadAllText(finished.Folder["all/report.html"]));

        Assert.Equal("Comparison of losses of embeddings", page.All("h1")[0].Value);
        Assert.Equal(3, page.All("tbody")[0].All("tr").Length);
        Assert.Equal(
            ["Area under the curve (ROC) at the end", "Accuracy at the end", "Recall@1 at the end", "MAP@R at the end",
                "Spread by step", "Gradient norm by step"],
            page.All("h3").Select(static title => title.Value).Take(6));
        Assert.Equal(6, page.All("img").Length);
        Assert.Contains("Too few steps: the health checks begin at step 100.", page.Value, StringComparison.Ordinal);
        Assert.Contains("12 pairs", page.Value, StringComparison.Ordinal);
        Assert.Contains("8 triplets", page.Value, StringComparison.Ordinal);
        Assert.StartsWith("Finished: 6 of 6 runs", page.All("p")[0].Value, StringComparison.Ordinal);
    }

    static string Qualities(ComparisonRecord record) => string.Join(
        "\n",
        record.Results.SelectMany(static result => result.Runs.Select(run =>
            $"{result.Name} {run.Seed}: {string.Join(", ", run.Measures.Select(static measure => measure.Value))}")));
}
