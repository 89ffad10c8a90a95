using System.CommandLine;
using System.Globalization;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of every training.</summary>
internal sealed class RunOptions
{
    /// <summary>Gets the option for the new folder.</summary>
    public Option<string?> Out { get; } = new("--out")
    {
        Description = "New folder for samples, losses, options and weights [default: runs/<recipe>-<time>]",
        HelpName = "folder",
    };

    /// <summary>Gets the option for the number of threads.</summary>
    public Option<int> Threads { get; } = CommonOptions.Threads();

    /// <summary>Gets the option for the steps between two sample grids.</summary>
    public Option<int> SampleEvery { get; } = new Option<int>("--sample-every")
    {
        Description = "Steps between two sample grids",
        DefaultValueFactory = _ => 250,
        HelpName = "steps",
    }.Within(1);

    /// <summary>Gets the option for the steps between two checkpoints.</summary>
    public Option<int> CheckpointEvery { get; } = new Option<int>("--checkpoint-every")
    {
        Description = "Steps between two checkpoints, from which an interrupted run resumes; the last two are kept",
        DefaultValueFactory = _ => 250,
        HelpName = "steps",
    }.Within(1);

    /// <summary>Gets the options of how the run is watched, which do not change the training; a resumed run takes them as well.</summary>
    public WatchOptions Watching { get; } = new();

    /// <summary>Gets all of these options.</summary>
    public IEnumerable<Option> All => [Out, Threads, SampleEvery, CheckpointEvery, .. Watching.All];

    /// <summary>Sets the number of threads and checks the options before anything is computed or written.</summary>
    /// <exception cref="ToolException">An option has no effect.</exception>
    public void Apply(ParseResult parsed)
    {
        Compute.Threads = parsed.GetValue(Threads);
        Watching.Check(parsed);
    }

    /// <summary>Returns the given folder, or one named by recipe and time.</summary>
    public string Folder(ParseResult parsed, string recipe) => parsed.GetValue(Out) ?? NewFolder(recipe);

    /// <summary>Returns the name of a new folder in runs/ by the time.</summary>
    public static string NewFolder(string name) =>
        Path.Combine("runs", $"{name}-{DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");

    /// <summary>Trains and shows the progress.</summary>
    /// <returns>The exit code, and the record of the run at its end.</returns>
    public (int Code, TRecord Record) Execute<TStep, TRecord>(
        TrainingRun<TStep, TRecord> run, RunFolder folder, ToolConsole console, ParseResult parsed, CancellationToken stop,
        Action<TStep>? watch = null)
        where TStep : struct, IRunStep
        where TRecord : RunRecord
    {
        run.TensorBoard = Watching.TensorBoard(parsed) ?? run.TensorBoard;
        console.Note(run.Record.Datasets.SelectMany(static data => data.Notes).Concat(run.Notes.Select(Flags.InPlaceOfNames)));
        string Note() => run.Record is GanRunRecord { Quality: { } quality } ? $"  {quality.Describe()}" : "";
        using WatchServer? server = Watching.Start(parsed, folder.Path, console);
        TRecord record = TrainProgress.Show<TStep, TRecord>(
            console, run.Record.Steps, Note, onStep => run.Execute(folder, onStep + watch, stop));
        string time = Duration.Clock(TimeSpan.FromSeconds(record.TrainingSeconds ?? 0));
        console.Output.WriteLine($"{record.Status} after {Counted.Of(record.StepsDone, "step")} in {time}, in {folder.Path}.");
        return (record.Status == RunStatus.Finished ? Tool.Success : Tool.Stopped, record);
    }
}
