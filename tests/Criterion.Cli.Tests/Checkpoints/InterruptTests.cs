using System.Globalization;
using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary>
/// Trainings in processes of their own that are interrupted, killed, or left without room: nothing that was done is lost.
/// </summary>
public sealed class InterruptTests : IDisposable
{
    const int Minute = 60_000;

    readonly TempFolder _temp = new();

    public static TheoryData<string> Trainers => ["dcgan", "r3gan", "began", "cyclegan", "cut", "pix2pix", "siamese", "embedding", "views"];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Trainers))]
    public void Any_training_that_is_killed_goes_on_bit_for_bit_on_other_threads(string trainer)
    {
        SkipOnWindows();
        string[] training = [.. Training(trainer), "--steps", "120"];
        Succeeded(Run([.. training, "--threads", "2", "--out", _temp["whole"]]));
        while (!WasKilled(training))
        {
            Directory.Delete(_temp["parts"], recursive: true);
        }

        (int code, string output, _) = Run("train", "--resume", _temp["parts"], "--threads", "3");

        Assert.Equal(0, code);
        Assert.Matches("from step [0-9]*[05] of 120", output);
        AssertSame();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Ctrl_C_and_SIGTERM_end_the_step_and_keep_it(string signal)
    {
        SkipOnWindows();
        Assert.SkipWhen(signal == "INT" && IgnoresInterrupts(), "a job in the background ignores Ctrl+C, and its children with it");
        string[] training = Training("dcgan", checkpointEvery: 1_000_000);
        using ToolProcess process = new([.. training, "--steps", "1000000", "--out", _temp["parts"]]);
        process.WaitForRows(_temp["parts/losses.csv"], 10);
        process.Signal(signal);

        Assert.True(process.WaitForExit(Minute), "the process goes on");
        Assert.Equal((Tool.Stopped, ""), (process.ExitCode, await process.Error));
        RunRecord record = RunFolder.ReadRecord(_temp["parts"]);
        Assert.Equal(RunStatus.Stopped, record.Status);
        Assert.Contains($"Stopped after {record.StepsDone} steps", await process.Output, StringComparison.Ordinal);
        Assert.Equal(record.StepsDone, new CheckpointFolder(_temp["parts/checkpoints"]).Latest().Step);
        Assert.Equal(record.StepsDone, File.ReadAllLines(_temp["parts/losses.csv"]).Length - 1);
        Assert.True(File.Exists(_temp["parts/generator.safetensors"]));

        string steps = $"{record.StepsDone + 5}";
        Succeeded(Run("train", "--resume", _temp["parts"], "--steps", steps));
        Succeeded(Run([.. training, "--steps", steps, "--out", _temp["whole"]]));
        AssertSame();
    }

    [Fact]
    public async Task A_disk_that_fills_up_stops_the_run_with_the_cause_and_the_last_checkpoint_is_whole()
    {
        SkipOnWindows();
        Succeeded(Run([.. Training("dcgan"), "--steps", "5", "--out", _temp["small"]]));
        long checkpoint = new FileInfo(_temp["small/checkpoints/step-000000005.safetensors"]).Length;

        // The checkpoints fit, and the losses do so only for a while.
        int kilobytes = (int)(checkpoint / 1024) + 2;
        using ToolProcess process = ToolProcess
            .WithFilesUpTo(kilobytes, [.. Training("dcgan"), "--steps", "100000", "--out", _temp["parts"]]);
        Assert.True(process.WaitForExit(2 * Minute), "the process goes on");

        Assert.Equal(Tool.Failure, process.ExitCode);
        Assert.Contains("can no longer be written", await process.Error, StringComparison.Ordinal);
        Assert.Single((await process.Error).TrimEnd().Split('\n'));
        Assert.Equal(RunStatus.Failed, RunFolder.ReadRecord(_temp["parts"]).Status);

        // With room again it goes on as if nothing had happened.
        long step = new CheckpointFolder(_temp["parts/checkpoints"]).Latest(static message => Assert.Fail(message)).Step;
        Succeeded(Run("train", "--resume", _temp["parts"], "--steps", $"{step + 5}"));
        Succeeded(Run([.. Training("dcgan"), "--steps", $"{step + 5}", "--out", _temp["whole"]]));
        AssertSame();
    }

    // A process may be done before it is hit.
    bool WasKilled(string[] training)
    {
        using ToolProcess process = new([.. training, "--threads", "1", "--out", _temp["parts"]]);
        process.WaitForRows(_temp["parts/losses.csv"], 20);
        process.Kill();
        return RunFolder.ReadRecord(_temp["parts"]).Status == RunStatus.Running;
    }

    string[] Training(string trainer, int checkpointEvery = 5)
    {
        string[] small = trainer switch
        {
            "siamese" => ["--batch", "4", "--width", "2"],
            "embedding" => ["--loss", "batch-contrastive", "--memory", "64", "--batch", "16", "--width", "2"],
            "views" => ["--views", "--batch", "8", "--width", "2"],
            "cyclegan" => ["--a", Data("a", 16), "--b", Data("b", 16), "--range", "-1..1", "--batch", "2", "--width", "2", "--blocks", "1"],
            "cut" =>
            [
                "--a", Data("a", 16), "--b", Data("b", 16), "--range", "-1..1", "--batch", "2", "--width", "2", "--head-width", "8",
                "--patches", "16", "--flip-equivariance",
            ],
            "pix2pix" => ["--input", Data("a", 16), "--target", Data("b", 16), "--range", "-1..1", "--batch", "2", "--width", "2"],
            "dcgan" => ["--data", Data("a"), "--range", "-1..1", "--batch", "4", "--width", "2", "--augment", "translation,flip"],
            _ => ["--data", Data("a"), "--range", "-1..1", "--batch", "4", "--width", "2"],
        };
        string name = trainer == "views" ? "embedding" : trainer;
        return ["train", name, .. small, "--sample-every", "1000000", "--checkpoint-every", $"{checkpointEvery}"];
    }

    string Data(string name, int size = 8)
    {
        string file = _temp[$"{name}.npy"];
        if (!File.Exists(file))
        {
            Npy.Write(file, Tensor.Rand([16, 1, size, size], random: new RandomStream(name[0]), low: -1));
        }

        return file;
    }

    // Weights, moments, random numbers and all: the last checkpoint has every bit of them.
    void AssertSame()
    {
        (Checkpoint whole, Checkpoint parts) = (Last("whole"), Last("parts"));
        Assert.Equal(whole.Step, parts.Step);
        Assert.Equal(whole.State.Keys, parts.State.Keys);
        Assert.All(whole.State,
            named =>
                Assert.Equal(named.Value.To(DType.Float64).ToArray<double>(), parts.State[named.Key].To(DType.Float64).ToArray<double>()));
        Assert.Equal(Rows("whole"), Rows("parts"));
    }

    Checkpoint Last(string run) => new CheckpointFolder(_temp[$"{run}/checkpoints"]).Latest(static message => Assert.Fail(message));

    // Every column but the last, which is time.
    string[] Rows(string run) => [.. File.ReadAllLines(_temp[$"{run}/losses.csv"]).Select(static row => row[..row.LastIndexOf(',')])];

    static void SkipOnWindows() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "signals and limits are Unix's");

    /// <summary>As Linux says it of this process, in a mask of signals.</summary>
    internal static bool IgnoresInterrupts()
    {
        const string Status = "/proc/self/status";
        const string Ignored = "SigIgn:";
        const ulong Interrupt = 1 << 1;
        string? mask = File.Exists(Status)
            ? File.ReadLines(Status).FirstOrDefault(static line => line.StartsWith(Ignored, StringComparison.Ordinal))
            : null;
        return mask is not null
            && (ulong.Parse(mask[Ignored.Length..], NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite,
                CultureInfo.InvariantCulture) & Interrupt) != 0;
    }
}
