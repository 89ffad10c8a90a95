using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary><c>criterion watch</c> and <c>train --watch</c> as commands.</summary>
public sealed partial class WatchCommandTests : IDisposable
{
    const int Minute = 60_000;

    readonly TempFolder _temp = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_port_in_use_is_a_line_and_no_folder()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string port = $"{((IPEndPoint)listener.LocalEndpoint).Port}";
        string expected =
            $"criterion: --port: port {port} of this machine is in use. Choose another port, or leave --port out for a free one.";

        (int code, string output, string error) = Run("watch", _temp.Path, "--port", port);
        Assert.Equal((1, "", expected), (code, output, error.TrimEnd()));

        (code, _, error) = Run("train", "--data", "ring", "--steps", "1", "--watch", "--port", port, "--out", _temp["run"]);
        Assert.Equal((1, expected), (code, error.TrimEnd()));
        Assert.False(Directory.Exists(_temp["run"]));
    }

    [Fact]
    public void Wrong_calls_are_lines()
    {
        (int code, _, string error) = Run("watch", _temp["nothing"]);
        Assert.Equal(1, code);
        Assert.Equal(
            $"criterion: There is no folder '{_temp["nothing"]}'. Give the folder of a run, or one with runs; train writes to 'runs'.",
            error.TrimEnd());

        (code, _, error) = Run("watch", _temp.Path, "--port", "70000");
        Assert.Equal(1, code);
        Assert.Contains("Invalid value '70000' for --port. Expected a whole number from 0 to 65535", error, StringComparison.Ordinal);

        (code, _, error) = Run("train", "--data", "ring", "--port", "8000", "--out", _temp["run"]);
        Assert.Equal((1, "criterion: --port has no effect without --watch. Give both, or neither."), (code, error.TrimEnd()));
    }

    [Fact]
    public void Stopping_ends_the_command()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));

        (int code, string output, string error) = Run(stop.Token, "watch", _temp.Path);
        Assert.Equal((0, ""), (code, error));
        Assert.Matches($@"^Watching {Regex.Escape(_temp.Path)}: http://127\.0\.0\.1:\d+/[0-9a-f]{{32}}/", output);
    }

    [Fact]
    public void Ctrl_C_ends_the_process()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are Unix's");
        Assert.SkipWhen(InterruptTests.IgnoresInterrupts(), "a job in the background ignores Ctrl+C, and its children with it");
        using ToolProcess process = new("watch", _temp.Path);
        Thread.Sleep(1500);
        process.Signal("INT");

        Assert.True(process.WaitForExit(Minute), "the process goes on");
        Assert.Equal(Tool.Success, process.ExitCode);
    }

    [Fact]
    public async Task A_training_is_watched_while_it_lasts()
    {
        using SharedWriter output = new();
        Task<int> training = Task.Run(
            () => Tool.Run(
                ["train", "--data", "ring", "--batch", "4", "--width", "2", "--steps", "3000", "--watch", "--out", _temp["run"]],
                new ToolConsole(output, TextWriter.Null, IsInteractive: false),
                Cancel),
            Cancel);
        Match address;
        while (!(address = Address().Match(output.ToString())).Success)
        {
            Assert.False(training.IsCompleted, output.ToString());
            await Task.Delay(5, Cancel);
        }

        using HttpClient client = new();
        string events = await client.GetStringAsync(new Uri(address.Value + "events"), Cancel);
        Assert.Equal(0, await training);
        Assert.Contains("event: cards", events, StringComparison.Ordinal);
        Assert.Contains("badge finished", events, StringComparison.Ordinal);
        Assert.Contains("event: end", events[events.LastIndexOf("event:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(address.Value), Cancel));
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/[0-9a-f]{32}/")]
    private static partial Regex Address();

    /// <summary>A writer whose text another thread reads.</summary>
    sealed class SharedWriter : StringWriter
    {
        readonly Lock _lock = new();

        public override void WriteLine(string? value)
        {
            lock (_lock)
            {
                base.WriteLine(value);
            }
        }

        public override string ToString()
        {
            lock (_lock)
            {
                return base.ToString();
            }
        }
    }
}
