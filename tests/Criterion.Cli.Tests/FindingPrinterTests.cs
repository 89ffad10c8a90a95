using Criterion.Losses;

namespace Criterion.Cli.Tests;

public class FindingPrinterTests
{
    static readonly GanStep Healthy = new()
    {
        Accuracy = 0.8,
        Diversity = 0.9,
        GeneratorGradientNorm = 1,
        RealScore = 0.7,
        FakeScore = 0.3,
    };

    [Fact]
    public void The_tool_tells_each_finding_once()
    {
        using StringWriter error = new();
        FindingPrinter<GanStep> printer = new(
            new ToolConsole(TextWriter.Null, error, IsInteractive: false), new TrainingMonitor(new NonSaturatingGanLoss()).Watch);
        foreach (GanStep row in Rows(_ => Healthy with { Diversity = 0.01 }).Concat(Rows(_ => Healthy with { Diversity = 0.01 },
            from: 400)))
        {
            printer.Watch(row);
        }

        Assert.StartsWith("step 400: The samples have collapsed", Assert.Single(error.ToString().TrimEnd().Split('\n')),
            StringComparison.Ordinal);
    }

    static GanStep[] Rows(Func<int, GanStep> row, long from = 300) =>
        [.. Enumerable.Range(0, HealthCheck.Window).Select(i => row(i) with { Step = from + i })];
}
