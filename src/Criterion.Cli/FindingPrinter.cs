using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Tells a person what looks wrong with a training, each thing once.</summary>
internal sealed class FindingPrinter(ToolConsole console, GanLoss objective)
{
    readonly TrainingMonitor _monitor = new(objective);

    /// <summary>Looks at one more step.</summary>
    public void Watch(GanStep step)
    {
        foreach (Finding finding in _monitor.Watch(step))
        {
            console.Error.WriteLine($"step {step.Step}: {Flags.InPlaceOfNames(finding.Message)}");
        }
    }
}
