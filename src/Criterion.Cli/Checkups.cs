using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Tells a person what looks wrong with a training, each thing once.</summary>
internal sealed class Checkups(ToolConsole console, GanLoss objective)
{
    readonly Checkup _checkup = new(objective);

    /// <summary>Looks at one more step.</summary>
    public void Watch(GanStep step)
    {
        foreach (Finding finding in _checkup.Watch(step))
        {
            console.Error.WriteLine($"step {step.Step}: {finding.Message}");
        }
    }
}
