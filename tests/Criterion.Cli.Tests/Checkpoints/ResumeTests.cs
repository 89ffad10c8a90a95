using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary>A run that was stopped or killed goes on as if nothing had happened, bit for bit.</summary>
public sealed class ResumeTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string> Recipes { get; } = [.. GanRecipe.All.Select(static recipe => recipe.Name)];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Forty_steps_are_twenty_and_twenty(string recipe)
    {
        // A decay of the learning rates would end earlier in the shorter run.
        string[] constant = ["--constant-share", "1"];
        Succeeded(Train(recipe, ["--steps", "40", "--out", _temp["whole"], .. constant]));
        Succeeded(Train(recipe, ["--steps", "20", "--out", _temp["parts"], .. constant]));
        (int code, string output, _) = Run("train", "--resume", _temp["parts"], "--steps", "40", "--threads", "3");

        Assert.Equal(0, code);
        Assert.Contains("from step 20 of 40", output, StringComparison.Ordinal);
        AssertSame("whole", "parts");
        Assert.Equal(Steps("whole"), Steps("parts"));
    }

    [Fact]
    public void A_torn_checkpoint_costs_the_steps_since_the_one_before()
    {
        Succeeded(Train("dcgan", "--steps", "12", "--out", _temp["whole"]));
        Succeeded(Train("dcgan", "--steps", "10", "--out", _temp["parts"]));
        string newest = _temp["parts/checkpoints/step-000000010.safetensors"];
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^100]);

        (int code, string output, string error) = Run("train", "--resume", _temp["parts"], "--steps", "12");

        Assert.Equal(0, code);
        Assert.Contains("Trying the previous one", error, StringComparison.Ordinal);
        Assert.Contains("from step 5 of 12", output, StringComparison.Ordinal);
        AssertSame("whole", "parts");
        Assert.Equal(Steps("whole"), Steps("parts"));
    }

    [Fact]
    public void Other_options_and_other_data_are_refused()
    {
        Succeeded(Train("dcgan", "--steps", "2", "--out", _temp["run"]));
        Assert.Contains("--lr cannot be combined with --resume", Run("train", "--resume", _temp["run"], "--lr", "1").Error,
            StringComparison.Ordinal);
        Assert.Contains("is not the folder of a run", Run("train", "--resume", _temp["nowhere"]).Error, StringComparison.Ordinal);
        File.Delete(_temp["data.npy"]);
        Npy.Write(_temp["data.npy"], Tensor.Rand([16, 1, 8, 8], random: new RandomStream(99), low: -1));
        Assert.Contains("Restore the data", Run("train", "--resume", _temp["run"], "--steps", "4").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_killed_at_random_moments_ends_as_one_that_is_not() => KillAndResume(kills: 20);

    [Fact(Explicit = true)]
    public void Two_hundred_kills() => KillAndResume(kills: 200);

    // Each process lives for a random while; what it wrote is all that the next one has.
    void KillAndResume(int kills)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "SIGKILL is Unix's");
        const string Steps = "400";
        Succeeded(Train("dcgan", "--steps", Steps, "--out", _temp["whole"]));
        Random random = new(kills);
        int killed = 0;
        bool done = false;
        string[] start = ["train", "dcgan", .. Small, "--steps", Steps, "--out", _temp["parts"]];
        while (!done)
        {
            bool isStarted = Directory.Exists(_temp["parts/checkpoints"])
                && Directory.GetFiles(_temp["parts/checkpoints"], "step*").Length > 0;
            if (!isStarted && Directory.Exists(_temp["parts"]))
            {
                Directory.Delete(_temp["parts"], recursive: true);
            }

            using ToolProcess process = new(isStarted ? ["train", "--resume", _temp["parts"]] : start);
            done = killed >= kills ? process.WaitForExit(120_000) : process.WaitForExit(random.Next(200, 1200));
            if (!done)
            {
                process.Kill();
                killed++;
            }
            else if (killed < kills)
            {
                Assert.Equal(0, process.ExitCode);
                // It was faster than the axe: it counts, and starts over.
                killed++;
                done = false;
                Directory.Delete(_temp["parts"], recursive: true);
            }
        }

        AssertSame("whole", "parts");
        Assert.Equal(this.Steps("whole"), this.Steps("parts"));
    }

    string[] Small =>
        ["--data", Data(), "--range", "-1..1", "--batch", "4", "--width", "2", "--sample-every", "100", "--checkpoint-every", "5",
            "--threads", "1"];

    string Data()
    {
        if (!File.Exists(_temp["data.npy"]))
        {
            Npy.Write(_temp["data.npy"], Tensor.Rand([16, 1, 8, 8], random: new RandomStream(4), low: -1));
        }

        return _temp["data.npy"];
    }

    void AssertSame(string a, string b) =>
        Assert.Equal(File.ReadAllBytes(_temp[$"{a}/generator.safetensors"]), File.ReadAllBytes(_temp[$"{b}/generator.safetensors"]));

    // Every column but the last, which is time.
    string[] Steps(string run) => [.. File.ReadAllLines(_temp[$"{run}/losses.csv"]).Select(static row => row[..row.LastIndexOf(',')])];

    (int Code, string Output, string Error) Train(string recipe, params string[] args) =>
        Run(["train", recipe, .. recipe == "acgan" ? Labelled : Small, .. args]);

    // Only the embedded data have labels.
    static string[] Labelled =>
        ["--size", "8", "--batch", "4", "--width", "2", "--sample-every", "100", "--checkpoint-every", "5", "--threads", "1"];
}
