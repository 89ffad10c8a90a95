using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Writes the findings of the health check of a training to standard error, each one once.</summary>
internal sealed class FindingPrinter(ToolConsole console, GanLoss objective)
{
    readonly TrainingMonitor _monitor = new(objective);

    /// <summary>Examines one more step.</summary>
    public void Watch(GanStep step)
    {
        foreach (Finding finding in _monitor.Watch(step))
        {
            console.Error.WriteLine($"step {step.Step}: {Flags.InPlaceOfNames(finding.Message)}");
        }
    }
}
