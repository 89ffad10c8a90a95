using Criterion.Formats;
using Criterion.Metrics;

namespace Criterion.Training.Tests;

/// <summary>Samples are measured while a GAN trains, which changes nothing of it.</summary>
public sealed class MeasureOptionsTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("dcgan")]
    [InlineData("r3gan")]
    [InlineData("acgan")]
    public void Measuring_changes_neither_weights_nor_losses(string recipe)
    {
        Tiny.Run(_temp["plain"], Tiny.Recipe(recipe));
        Tiny.Run(_temp["measured"], Tiny.Recipe(recipe), measure: new(3, 20));

        Assert.Equal(File.ReadAllBytes(_temp["plain/generator.safetensors"]), File.ReadAllBytes(_temp["measured/generator.safetensors"]));
        Assert.Equal(Rows("plain/losses.csv"), Rows("measured/losses.csv"));
        Assert.False(File.Exists(_temp["plain/measures.csv"]));
    }

    [Fact]
    public void The_distance_is_that_of_evaluate()
    {
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 25), measure: new(10, 30));

        FeatureSet real = FeatureSet.Of("real", Tiny.Data.Images);
        FeatureSet fake = FeatureSet.Load(_temp["run"], count: 30);
        double expected = FrechetDistance.Between(FeatureStatistics.Of(real.Features, "x"), FeatureStatistics.Of(fake.Features, "x")).Value;

        CsvTable table = CsvTable.Read(_temp["run/measures.csv"]);
        Assert.Equal([10, 20, 25], table.Steps);
        Assert.Equal(expected, table["frechet"][^1], 6);
        Assert.Equal(new SampleQuality(25, [new("frechet", record.Quality!.Values[0].Value)]), record.Quality);
        Assert.Equal(record, RunFolder.ReadRecord(_temp["run"]));
        Assert.StartsWith("Fréchet distance ", record.Quality.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_stops_and_goes_on_measures_the_same()
    {
        Tiny.Run(_temp["whole"], Tiny.Recipe(steps: 20), measure: new(4, 20));
        using CancellationTokenSource stop = new();
        Tiny.Run(_temp["parts"], Tiny.Recipe(steps: 20), step => StopAt(10, step, stop), stop, new(4, 20));
        GoOn("parts");

        Assert.Equal([4, 8, 10, 12, 16, 20], CsvTable.Read(_temp["parts/measures.csv"]).Steps);
        Assert.Equal(File.ReadAllLines(_temp["whole/measures.csv"]), File.ReadAllLines(_temp["parts/measures.csv"])
            .Where(static row => !row.StartsWith("10,", StringComparison.Ordinal)));
        Assert.Equal(File.ReadAllBytes(_temp["whole/generator.safetensors"]), File.ReadAllBytes(_temp["parts/generator.safetensors"]));
        Assert.Equal(
            ((GanRunRecord)RunFolder.ReadRecord(_temp["whole"])).Quality, ((GanRunRecord)RunFolder.ReadRecord(_temp["parts"])).Quality);
    }

    [Fact]
    public void Going_on_with_a_finished_run_keeps_what_was_measured()
    {
        GanRunRecord before = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 6), measure: new(3, 20));
        string[] rows = File.ReadAllLines(_temp["run/measures.csv"]);

        GoOn("run");

        Assert.Equal(before.Quality, ((GanRunRecord)RunFolder.ReadRecord(_temp["run"])).Quality);
        Assert.Equal(rows, File.ReadAllLines(_temp["run/measures.csv"]));
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        Assert.Throws<TrainingException>(() => new MeasureOptions(0));
        Assert.Throws<TrainingException>(() => new MeasureOptions(1, 1));
    }

    void GoOn(string name)
    {
        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp[name]);
        Checkpoint checkpoint = new CheckpointFolder(_temp[$"{name}/checkpoints"]).Latest();
        using RunFolder folder = RunFolder.Reopen<GanStep>(_temp[name], checkpoint.Step);
        GanRun.Resume(record, Tiny.Data, checkpoint).Execute(folder, cancellation: TestContext.Current.CancellationToken);
    }

    // Every column but the last, which is time.
    string[] Rows(string file) => [.. File.ReadAllLines(_temp[file]).Select(static row => row[..row.LastIndexOf(',')])];

    static void StopAt(long at, GanStep step, CancellationTokenSource stop)
    {
        if (step.Step == at)
        {
            stop.Cancel();
        }
    }
}
