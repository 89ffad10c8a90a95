using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of every comparison, and its execution.</summary>
/// <param name="competitor">The word for what is compared.</param>
/// <param name="seeds">The default number of seeds.</param>
internal sealed class ComparisonRunOptions(string competitor, int seeds)
{
    readonly Option<int> _parallel = new Option<int>("--parallel")
    {
        Description = "Number of concurrent runs, each on one thread: fastest for many runs on several cores",
        DefaultValueFactory = _ => 1,
        HelpName = "count",
    }.Within(1, 1024);

    readonly Option<int> _threads = CommonOptions.Threads();

    readonly Option<string?> _out = new("--out")
    {
        Description = "New folder, or the folder of a comparison to resume [default: runs/compare-<time>]",
        HelpName = "folder",
    };

    readonly Option<bool> _json = CommonOptions.Flag("--json", "Print compare.json instead of the table");

    /// <summary>Gets the option for the number of seeds.</summary>
    public Option<int> Seeds { get; } = new Option<int>("--seeds")
    {
        Description = $"Number of runs per {competitor}, with the seeds 0, 1, ...",
        DefaultValueFactory = _ => seeds,
        HelpName = "count",
    }.Within(1, 1000);

    /// <summary>Gets all other options.</summary>
    public IEnumerable<Option> All => [_parallel, _threads, _out, _json];

    /// <summary>Returns the given folder, or a new one named by the time.</summary>
    public string Folder(ParseResult parsed) => parsed.GetValue(_out) ?? RunOptions.NewFolder("compare");

    /// <summary>Returns the options of the comparison in a folder; null for a new one.</summary>
    /// <exception cref="ToolException">The folder has a comparison of another kind.</exception>
    public static TOptions? Before<TOptions>(string path)
        where TOptions : ComparisonOptions => Comparison.ReadRecord(path)?.Options switch
        {
            null => null,
            TOptions same => same,
            EmbeddingComparisonOptions => throw new ToolException(
                $"'{path}' has a comparison of losses of embeddings. Resume it by: criterion compare embedding --out {path}"),
            _ => throw new ToolException($"'{path}' has a comparison of objectives. Resume it by: criterion compare --out {path}"),
        };

    /// <summary>Opens and executes a comparison, and shows its progress and table.</summary>
    /// <returns>The exit code.</returns>
    public int Execute(
        ParseResult parsed,
        ToolConsole console,
        Func<CancellationToken> stop,
        string path,
        IEnumerable<string> sources,
        Func<Action<LoadProgress>, Comparison> open)
    {
        int parallel = parsed.GetValue(_parallel);
        Compute.Threads = parallel > 1 && !parsed.IsGiven(_threads) ? 1 : parsed.GetValue(_threads);
        Comparison comparison = DataLoading.Show(console, open);
        DataSources.NoteHidden(console, sources);
        console.Note(comparison.Record.Data.Notes);
        ComparisonProgress progress = new(console, comparison.Record.Options);
        ComparisonRecord record = comparison.Execute(progress.Watch, parallel, stop());
        console.Output.WriteLine(parsed.GetValue(_json) ? RunJson.Write(record) : Table(comparison, console.TableWidth));
        foreach (Finding finding in record.Findings)
        {
            console.Error.WriteLine($"warning: {finding.Message}");
        }

        console.Output.WriteLine($"{record.Status}. Report: {Path.Combine(path, RunReport.Name)}");
        return record.Status == RunStatus.Finished ? Tool.Success : Tool.Stopped;
    }

    static string Table(Comparison comparison, int width)
    {
        (string[] head, IReadOnlyList<string[]> rows) = ComparisonReport.Table(comparison);
        return TextLayout.Columns([head, .. rows], width);
    }
}
