using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Tells a person what looks wrong with a training, each thing once.</summary>
internal sealed class Checkups(ToolConsole console, AdversarialObjective objective)
{
    const int StepsBetween = 50;

    readonly Queue<GanStep> _rows = [];
    readonly HashSet<Ailment> _told = [];

    /// <summary>Looks at one more step.</summary>
    public void Watch(GanStep step)
    {
        _rows.Enqueue(step);
        if (_rows.Count > TrainingDoctor.Window)
        {
            _rows.Dequeue();
        }

        if (step.Step % StepsBetween == 0)
        {
            Tell();
        }
    }

    void Tell()
    {
        foreach (Finding finding in TrainingDoctor.Examine([.. _rows], objective))
        {
            if (_told.Add(finding.Ailment))
            {
                console.Error.WriteLine($"step {_rows.Last().Step}: {finding.Message}");
            }
        }
    }
}
