using Criterion.Formats;
using Criterion.Tests.Repository;

namespace Criterion.Cli.Tests;

/// <summary>The tool as a process of its own: streams that are closed, other cultures and folders, signals, too little memory.</summary>
public sealed class ToolProcessTests : IDisposable
{
    const int Minute = 60_000;

    static readonly string Two = RepositoryRoot.File("tests", "cases", "inputs", "two.npy");
    static readonly string Zero = RepositoryRoot.File("tests", "cases", "inputs", "zero.npy");

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("tool losses >&-", 1, "Standard output cannot be written")]
    [InlineData("tool losses > /dev/full", 1, "Standard output cannot be written")]
    [InlineData("tool losses x 2>&-", 1, "")]
    [InlineData("tool losses >&- 2>&-", 1, "")]
    [InlineData("tool train --data ring --steps 1 --batch 2 --width 2 --out run >&-", 1, "Standard output cannot be written")]
    [InlineData("set -o pipefail; tool losses | head -n 1 > /dev/null", 0, "")]
    [InlineData("tool losses <&- > /dev/null", 0, "")]
    [InlineData("tool loss mse --prediction @a.npy --target b.npy", 1, "'@a.npy' for --prediction")]
    [InlineData("tool losses \"$(head -c 100000 /dev/zero | tr '\\0' x)\"", 1, "There is no loss 'xxx")]
    public async Task Streams_may_be_closed(string line, int code, string says)
    {
        SkipOnWindows();
        (int exit, _, string error) = await InShell(line);

        Assert.Equal(code, exit);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.Equal(says.Length > 0 ? 1 : 0, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.True(error.Length < 2000);
        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Theory]
    [InlineData("LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8")]
    [InlineData("LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 TERM=dumb")]
    [InlineData("LC_ALL=C COLUMNS=20 -u HOME -u TERM")]
    public async Task Numbers_are_the_same_in_every_culture(string environment)
    {
        SkipOnWindows();
        const string Unset = "-u HOME -u TERM";
        string set = environment.Replace(Unset, "", StringComparison.Ordinal);
        string dotnet = environment == set ? "dotnet" : "bash -c 'unset HOME TERM; exec dotnet \"$0\" \"$@\"'";
        string line = $"env {set} {dotnet} \"$tool_path\" \"$@\"";
        string[] huber = ["loss", "huber", "--prediction", Two, "--target", Zero, "--option"];

        Assert.Equal((0, "0.875", ""), await InShell(line, [.. huber, "delta=0.5"]));
        (int code, string output, string error) = await InShell(line, [.. huber, "delta=0,5"]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("Expected a number. Use a point", error, StringComparison.Ordinal);
        Assert.Contains("Usage:", (await InShell(line, "--help")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_are_relative_to_any_folder_and_built_in_names_stay_theirs()
    {
        SkipOnWindows();
        Directory.CreateDirectory(_temp["ein ordner ü/ring"]);
        Npy.Write(_temp["ein ordner ü/x ü.npy"], Tensor.From<double>([2]));

        Assert.Equal((0, "0", ""),
            await InShell("cd 'ein ordner ü' && tool loss mse --prediction 'x ü.npy' --target './x ü.npy' --out 'l ü.npy'"));
        Assert.True(File.Exists(_temp["ein ordner ü/l ü.npy"]));

        (int code, string output, string error) = await InShell(
            "cd 'ein ordner ü' && tool train --data ring --steps 1 --batch 2 --width 2 --out 'a run'");
        Assert.Equal((0, "note: 'ring' is the built-in data set. For the folder of that name: ./ring"), (code, error.TrimEnd()));
        Assert.Contains("points of ring", output, StringComparison.Ordinal);
        (code, _, error) = await InShell("cd 'ein ordner ü' && tool train --data ./ring --steps 1 --out 'another run'");
        Assert.Equal(1, code);
        Assert.Contains("has no PNG", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_command_that_has_nothing_to_save()
    {
        SkipOnWindows();
        Assert.SkipWhen(InterruptTests.IgnoresInterrupts(), "a job in the background ignores Ctrl+C, and its children with it");
        using ToolProcess process = new("evaluate", "fashion-mnist", "fashion-mnist");
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        process.Signal("INT");

        Assert.True(process.WaitForExit(Minute), "the process goes on");
        Assert.Equal((Tool.Stopped, "", ""), (process.ExitCode, await process.Output, await process.Error));
    }

    [Fact]
    public async Task Too_little_memory_is_a_line()
    {
        SkipOnWindows();
        (int code, _, string error) = await InShell(
            "DOTNET_GCHeapHardLimit=0x8000000 tool train --data ring --width 1024 --batch 65536 --steps 1 --out run");

        Assert.Equal(1, code);
        Assert.Equal("criterion: There is not enough memory. Reduce the number of samples, --batch, --width, --latent or --size.",
            error.TrimEnd());
        Assert.Equal(RunStatus.Failed, RunFolder.ReadRecord(_temp["run"]).Status);
    }

    async Task<(int Code, string Output, string Error)> InShell(string line, params string[] args)
    {
        using ToolProcess process = ToolProcess.InShell(_temp.Path, line, args);
        Assert.True(process.WaitForExit(2 * Minute), "the process goes on");
        return (process.ExitCode, (await process.Output).TrimEnd(), await process.Error);
    }

    static void SkipOnWindows() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "bash and its redirections are Unix's");
}
