using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion compare --objectives A,B,C</c>.</summary>
internal sealed class CompareCommand
{
    static readonly ComparisonOptions Defaults = new() { Objectives = ["nonsaturating", "lsgan", "wgan-gp", "hinge", "r3gan"] };

    readonly Option<string[]> _objectives = new("--objectives")
    {
        Description = "Recipes (see: criterion train --help), or objectives with the other options of dcgan: relativistic-average-hinge, "
            + "least-squares:a=-1,c=0 "
            + $"[default: {string.Join(",", Defaults.Objectives)}]",
        HelpName = "a,b,c",
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<int> _seeds = Number("--seeds", "Number of runs per objective, with the seeds 0, 1, ...", Defaults.Seeds, "count")
        .Within(1, 1000);

    readonly Option<int> _steps = Number("--steps", "Generator steps of each run", Defaults.Steps, "count").Within(1);

    readonly Option<string[]> _data = new("--data")
    {
        Description = $"As for train; with {GaussianRing.Name} modes are counted instead of the Fréchet distance [default: "
            + $"{ImageDataset.FashionMnistName}]",
        HelpName = "source",
    };

    readonly ImageOptions _images = new();

    readonly Option<int> _batch = Number("--batch", "Batch size", Defaults.BatchSize, "count").Within(1, 65536);

    readonly Option<int?> _width = new Option<int?>("--width")
    {
        Description = "Channels of the layers next to the image, or units per layer for points [default: 32 channels, 8 for stylegan2, "
            + "or 128 units]",
        HelpName = "channels",
    }.Within(1, 1024);

    readonly Option<int> _count = Number("--count", "Number of samples per measurement", Defaults.Measure.Samples, "count")
        .Within(2, 1_000_000);

    readonly Option<int?> _measureEvery = new Option<int?>("--frechet-every")
    {
        Description = "Steps between two measurements [default: a quarter of the steps]",
        HelpName = "steps",
    }.Within(1);

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

    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new CompareCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(
            "compare",
            "Trains the same networks on the same data with several objectives and seeds, and compares sample quality with confidence "
                + "intervals, time and stability. "
            + "Ctrl-C stops after the current step; the same command, or --out alone, resumes.")
        {
            _objectives, _seeds, _steps, _data, _images.All, _batch, _width, _count, _measureEvery, _parallel, _threads, _out, _json,
        };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        int parallel = parsed.GetValue(_parallel);
        Compute.Threads = parallel > 1 && !parsed.IsGiven(_threads) ? 1 : parsed.GetValue(_threads);
        string path = parsed.GetValue(_out) ?? RunOptions.NewFolder("compare");
        ComparisonOptions options = Options(parsed, Comparison.ReadRecord(path)?.Options);
        Comparison comparison = DataLoading.Show(console, progress => Comparison.Open(path, options, onProgress: progress));
        DataSources.NoteHidden(console, parsed.GetValue(_data)!);
        console.Note(comparison.Record.Data.Notes);
        ComparisonProgress progress = new(console, comparison.Record.Options);
        ComparisonRecord record = comparison.Execute(progress.Watch, parallel, stop());
        console.Output.WriteLine(parsed.GetValue(_json) ? RunJson.Write(record) : Table(record, console.TableWidth));
        foreach (Finding finding in record.Findings)
        {
            console.Error.WriteLine($"warning: {finding.Message}");
        }

        console.Output.WriteLine($"{record.Status}. Report: {Path.Combine(path, RunReport.Name)}");
        return record.Status == RunStatus.Finished ? Tool.Success : Tool.Stopped;
    }

    static string Table(ComparisonRecord record, int width)
    {
        (string[] head, IReadOnlyList<string[]> rows) = ComparisonReport.Table(record);
        return TextLayout.Columns([head, .. rows], width);
    }

    // A comparison that is resumed keeps the options that are not given.
    ComparisonOptions Options(ParseResult parsed, ComparisonOptions? before)
    {
        ComparisonOptions from = before ?? Defaults;
        int steps = Given(parsed, _steps, from.Steps);
        return new ComparisonOptions
        {
            Objectives = parsed.IsGiven(_objectives)
                ? [.. parsed.GetValue(_objectives)!.SelectMany(list => Names(list).Select(part => Known(part, list)))]
                : from.Objectives,
            Seeds = Given(parsed, _seeds, from.Seeds),
            Steps = steps,
            BatchSize = Given(parsed, _batch, from.BatchSize),
            Width = parsed.GetValue(_width) ?? from.Width,
            Measure = new(parsed.GetValue(_measureEvery) ?? before?.Measure.Every ?? Math.Max(1, steps / 4),
                Given(parsed, _count, from.Measure.Samples)),
            Data = parsed.IsGiven(_data) || _images.All.Any(parsed.IsGiven) || before is null ? Data(parsed) : before.Data,
        };
    }

    DataArguments Data(ParseResult parsed)
    {
        string[] sources = parsed.IsGiven(_data)
            ? DataSources.Checked(parsed.GetValue(_data)!, _data.Name)
            : [ImageDataset.FashionMnistName];
        return _images.Arguments(parsed, sources);
    }

    // A decimal comma leaves a part that begins with a digit; no name does.
    string Known(string part, string list)
    {
        if (char.IsAsciiDigit(part[0]))
        {
            throw new ToolException($"'{part}' in '{list}' of {_objectives.Name} is not an objective.{NumberText.Hint(list)}");
        }

        GanTrainingOptions.Named(_objectives, part, GanNames.ParseObjective);
        return part;
    }

    // An option=value belongs to the name before it: hinge,least-squares:a=-1,c=0 has two names.
    static IEnumerable<string> Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Aggregate(new List<string>(),
            static (names, part) =>
                part.Contains('=') && !part.Contains(':') && names.Count > 0 ? [.. names[..^1], $"{names[^1]},{part}"] : [.. names, part]);

    static int Given(ParseResult parsed, Option<int> option, int otherwise) =>
        parsed.IsGiven(option) ? parsed.GetValue(option) : otherwise;

    static Option<int> Number(string name, string description, int standard, string help) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        HelpName = help,
    };
}
