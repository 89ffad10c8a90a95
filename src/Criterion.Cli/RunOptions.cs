using System.CommandLine;
using System.Globalization;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options that every training has.</summary>
internal sealed class RunOptions
{
    /// <summary>The new folder.</summary>
    public Option<string?> Out { get; } = new("--out")
    {
        Description = "The new folder for pictures, losses, options and weights [default: runs/<recipe>-<time>]",
        HelpName = "folder",
    };

    /// <summary>Threads to compute with.</summary>
    public Option<int> Threads { get; } = CommonOptions.Threads();

    /// <summary>Steps between two pictures.</summary>
    public Option<int> SampleEvery { get; } = new Option<int>("--sample-every")
    {
        Description = "Steps between two pictures of samples",
        DefaultValueFactory = _ => 250,
        HelpName = "steps",
    }.Within(1);

    /// <summary>Steps between two checkpoints.</summary>
    public Option<int> CheckpointEvery { get; } = new Option<int>("--checkpoint-every")
    {
        Description = "Steps between two checkpoints, from which a run that was killed goes on; the last two are kept",
        DefaultValueFactory = _ => 250,
        HelpName = "steps",
    }.Within(1);

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [Out, Threads, SampleEvery, CheckpointEvery];

    /// <summary>The folder that was asked for, or one named by recipe and time.</summary>
    public string Folder(ParseResult parsed, string recipe) => parsed.GetValue(Out)
        ?? Path.Combine("runs", $"{recipe}-{DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");

    /// <summary>Trains and shows how it goes.</summary>
    /// <returns>The exit code, and what the run says of itself at its end.</returns>
    public static (int Code, TRecord Record) Execute<TStep, TRecord>(
        TrainingRun<TStep, TRecord> run, RunFolder folder, ToolConsole console, CancellationToken stop, Action<TStep>? watch = null)
        where TStep : struct, IRunStep
        where TRecord : RunRecord
    {
        console.Note(run.Record.Datasets.SelectMany(static data => data.Notes));
        string Note() => run.Record is GanRunRecord { Quality: { } quality } ? $"  {quality.Describe()}" : "";
        TRecord record = TrainProgress.Show<TStep, TRecord>(console, run.Record.Steps, Note, onStep => run.Execute(folder, onStep + watch, stop));
        console.Output.WriteLine($"{record.Status} after {record.StepsDone} steps in {Duration.Clock(TimeSpan.FromSeconds(record.TrainingSeconds ?? 0))}, in {folder.Path}.");
        return (record.Status == RunStatus.Finished ? Tool.Success : Tool.Stopped, record);
    }
}
