using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Writes the findings of the health check of a training to standard error, each one once.</summary>
/// <param name="console">The console.</param>
/// <param name="watch">Examines one more step.</param>
internal sealed class FindingPrinter<TStep>(ToolConsole console, Func<TStep, IReadOnlyList<Finding>> watch)
    where TStep : struct, IRunStep
{
    /// <summary>Examines one more step.</summary>
    public void Watch(TStep step)
    {
        foreach (Finding finding in watch(step))
        {
            console.Error.WriteLine($"step {step.Step}: {Flags.InPlaceOfNames(finding.Message)}");
        }
    }
}
