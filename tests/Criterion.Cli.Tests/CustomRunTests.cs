using Criterion.Losses;
using Criterion.Nn;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary>The tool reports a run of networks and an objective that a program defines, and tells who can continue it.</summary>
public sealed class CustomRunTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_tool_reports_a_run_of_a_program_and_refuses_to_continue_it()
    {
        string run = _temp["run"];
        CustomNetworks networks = new(
            static random => new Sequential(new Linear(4, 64, random: random), new Tanh(), new Unflatten(1, [1, 8, 8])),
            static random => new Sequential(new Flatten(), new Linear(64, 1, random: random)));
        ImageDataset data = new("mine", Tensor.Rand([32, 1, 8, 8], random: new RandomStream(1), low: -1));
        GanOptions options = new() { Objective = new LinearGanLoss(), Latent = 4, BatchSize = 4, Steps = 3 };
        GanRun.Open(run, data, options, networks, name: "linear").Execute(cancellation: TestContext.Current.CancellationToken);

        (int code, string text, _) = Run("report", run, "--out", _temp["report.html"]);
        Assert.Equal(0, code);
        Assert.NotEmpty(text);
        Assert.Contains(nameof(LinearGanLoss), File.ReadAllText(_temp["report.html"]), StringComparison.Ordinal);

        AssertRefused("train", "--resume", run, "--steps", "5");
        AssertRefused("sample", run, "--out", _temp["x.png"]);
        AssertRefused("evaluate", run);
        Assert.Equal(3, RunFolder.ReadRecord(run).StepsDone);
        Assert.False(File.Exists(_temp["x.png"]));
    }

    static void AssertRefused(params string[] args)
    {
        (int code, _, string error) = Run(args);
        Assert.Equal(1, code);
        Assert.Contains("The run uses custom networks, which only the program that defines them", error, StringComparison.Ordinal);
        Assert.Contains("GanRun.Open resumes the run", error, StringComparison.Ordinal);
    }

    sealed record LinearGanLoss : GanLoss
    {
        public override Tensor Discriminator(Tensor real, Tensor fake) => fake.Mean() - real.Mean();

        public override Tensor Generator(Tensor fake, Tensor? real = null) => -fake.Mean();
    }
}
