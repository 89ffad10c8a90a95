using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary>What a run records of itself when it is stopped and resumed: its time, its rows, and what it refuses.</summary>
public sealed class ResumedTimeTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    [Trait("Case", "d12")]
    public void The_pause_is_not_training_time()
    {
        GanRunRecord first = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 10));
        Rewrite(first with { Started = first.Started.AddHours(-3), Ended = first.Ended!.Value.AddHours(-3) });

        GanRunRecord record = Resume(steps: 12);

        Assert.Equal(12, record.StepsDone);
        Assert.InRange(first.TrainingSeconds!.Value, 1e-6, 600);
        Assert.InRange(record.TrainingSeconds!.Value, Math.BitIncrement(SavedSeconds(10)), 1200);
        Assert.InRange((record.Ended - record.Started)!.Value.TotalHours, 3, 4);
        Assert.Contains($"Finished after 12 of 12 steps in {Duration.Words(TimeSpan.FromSeconds(record.TrainingSeconds.Value))}.",
            RunReport.Of(_temp["run"]), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "d12")]
    public void Time_before_a_kill_counts_up_to_the_checkpoint()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 10));
        string path = _temp["run/checkpoints/step-000000010.safetensors"];
        Checkpoint checkpoint = Checkpoint.Read(path);
        RunRecord saved = RunJson.Read(checkpoint.Run);
        (checkpoint with { Run = RunJson.Write(saved with { TrainingSeconds = 4000 }) }).Write(path);

        Assert.InRange(Resume(steps: 11).TrainingSeconds!.Value, 4000, 4600);
    }

    [Fact]
    public void The_command_line_says_how_long_it_trained_in_hours()
    {
        Succeeded(Run("train", "dcgan", "--data", "ring", "--steps", "2", "--width", "4", "--out", _temp["run"]));
        string path = _temp["run/checkpoints/step-000000002.safetensors"];
        Checkpoint checkpoint = Checkpoint.Read(path);
        (checkpoint with { Run = RunJson.Write(RunJson.Read(checkpoint.Run) with { TrainingSeconds = 3900 }) }).Write(path);

        (int code, string output, string error) = Run("train", "--resume", _temp["run"], "--steps", "3");

        Assert.True(code == 0, error);
        Assert.Contains("Finished after 3 steps in 1:05:0", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_an_earlier_version_shows_no_time()
    {
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 2));
        Rewrite(record with { TrainingSeconds = null });
        Assert.Contains("Finished after 2 of 2 steps. Started", RunReport.Of(_temp["run"]), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "d5")]
    public void Fewer_steps_than_are_done_are_refused_before_anything_is_written()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 10));
        string record = File.ReadAllText(_temp["run/run.json"]);

        string message = Assert.Throws<TrainingException>(() => Resume(steps: 9)).Message;

        Assert.Equal("Resume: 10 steps are done, but only 9 in total are asked for. Ask for 10 or more, or start a new run.", message);
        Assert.Equal(record, File.ReadAllText(_temp["run/run.json"]));
        Assert.Equal(10, Resume(steps: 10).StepsDone);
    }

    [Theory]
    [InlineData("step,discriminator_loss")]
    [InlineData("step,a,b,c,d,e,f,g,h,i,j,k")]
    public void Losses_with_other_columns_are_refused_and_kept(string header)
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 10));
        string losses = _temp["run/losses.csv"];
        string[] rows = [header, .. File.ReadLines(losses).Skip(1)];
        File.WriteAllLines(losses, rows);

        string message = Assert.Throws<TrainingException>(() => Resume(steps: 12)).Message;

        Assert.Contains($"has the columns {header}, but this run writes {GanStep.Columns.Header}", message, StringComparison.Ordinal);
        Assert.Equal(rows, File.ReadAllLines(losses));
        File.Move(losses, _temp["run/old.csv"]);
        Resume(steps: 12);
        Assert.Equal(3, File.ReadAllLines(losses).Length);
    }

    [Fact]
    public void The_folder_of_another_kind_of_run_is_refused()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 2));
        Assert.Contains("has the columns", Assert.Throws<TrainingException>(() => RunFolder.Reopen<EmbeddingStep>(_temp["run"], 2)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Measures_with_other_columns_are_refused_and_kept()
    {
        SampleQuality quality = new(3, [new("frechet", 2)]);
        using (RunFolder folder = RunFolder.Create<GanStep>(_temp["run"]))
        {
            folder.WriteMeasures(quality with { Step = 2 });
        }

        string[] rows = File.ReadAllLines(_temp["run/measures.csv"]);
        using (RunFolder folder = RunFolder.Reopen<GanStep>(_temp["run"], 2))
        {
            Assert.Throws<TrainingException>(() => folder.WriteMeasures(new(3, [new("modes_found", 8), new("high_quality", 1)])));
            Assert.Equal(rows, File.ReadAllLines(_temp["run/measures.csv"]));
            folder.WriteMeasures(quality);
        }

        Assert.Equal(3, File.ReadAllLines(_temp["run/measures.csv"]).Length);
    }

    GanRunRecord Resume(int steps)
    {
        Checkpoint checkpoint = new CheckpointFolder(_temp["run/checkpoints"]).Latest();
        GanRun run = GanRun.Resume((GanRunRecord)RunFolder.ReadRecord(_temp["run"]), Tiny.Data, checkpoint, steps);
        using RunFolder folder = RunFolder.Reopen<GanStep>(_temp["run"], checkpoint.Step);
        return (GanRunRecord)run.Execute(folder, cancellation: TestContext.Current.CancellationToken);
    }

    double SavedSeconds(int step) =>
        RunJson.Read(Checkpoint.Read(_temp[$"run/checkpoints/step-{step:D9}.safetensors"]).Run).TrainingSeconds!.Value;

    void Rewrite(RunRecord record) => File.WriteAllText(_temp["run/run.json"], RunJson.Write(record));
}
