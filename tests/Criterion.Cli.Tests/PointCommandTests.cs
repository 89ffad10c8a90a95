using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary>Points in the plane on the command line: training, samples, and measurements.</summary>
public sealed class PointCommandTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_ring_on_the_command_line()
    {
        (int code, string output, string error) = Run("train", "r3gan", "--data", "ring", "--steps", "2", "--batch", "8", "--width", "4",
            "--out", _temp["run"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("on 100000 points of ring into", output, StringComparison.Ordinal);
        Assert.Matches(@"Modes found: \d of 8\. ", output);

        Assert.Contains("from step 2 of 4", Run("train", "--resume", _temp["run"], "--steps", "4").Output, StringComparison.Ordinal);
        Assert.Contains("7 points", Run("sample", _temp["run"], "--count", "7", "--out", _temp["x.npy"]).Output, StringComparison.Ordinal);
        Assert.Equal(new Shape(7, 2), Npy.Read(_temp["x.npy"]).Shape);
        Succeeded(Run("sample", _temp["run"], "--out", _temp["x.png"]));
        Assert.Matches("\nmodes +0 of 8 ", Run("evaluate", "ring", _temp["run"], "--count", "50").Output);
        Assert.Matches("\nmodes +8 of 8 ", Run("evaluate", "ring", "ring", "--count", "400").Output);
        Assert.Contains("different features cannot be compared", Run("evaluate", "fashion-mnist", _temp["run"], "--count", "10").Error,
            StringComparison.Ordinal);
        Assert.Contains("no size in pixels", Run("train", "--data", "ring", "--size", "32", "--out", _temp["no"]).Error,
            StringComparison.Ordinal);
        Assert.Contains("cannot be mixed", Run("train", "--data", "ring", "--data", "fashion-mnist", "--out", _temp["no"]).Error,
            StringComparison.Ordinal);
    }
}
