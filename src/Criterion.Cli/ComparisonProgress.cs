using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Shows the progress of a comparison: ten lines for each run.</summary>
internal sealed class ComparisonProgress(ToolConsole console, ComparisonOptions options)
{
    const int LinesPerRun = 10;

    readonly Lock _writing = new();

    /// <summary>Shows one more step of any run.</summary>
    public void Watch(ComparisonStep at)
    {
        long step = at.Step;
        if (step % Math.Max(1, options.Steps / LinesPerRun) != 0 && step != options.Steps)
        {
            return;
        }

        lock (_writing)
        {
            string quality = at.Quality is { } measured ? $"  {measured}" : "";
            console.Output.WriteLine($"{at.Name}, seed {at.Seed}: step {step}/{options.Steps}  {at.Text}{quality}");
        }
    }
}
