using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion compare --objectives A,B,C</c>.</summary>
internal sealed class CompareCommand
{
    static readonly GanComparisonOptions Defaults = new() { Objectives = ["nonsaturating", "lsgan", "wgan-gp", "hinge", "r3gan"] };

    readonly Option<string[]> _objectives = new("--objectives")
    {
        Description = "Recipes (see: criterion train --help), or objectives with the other options of dcgan: relativistic-average-hinge, "
            + "least-squares:a=-1,c=0 "
            + $"[default: {string.Join(",", Defaults.Objectives)}]",
        HelpName = "a,b,c",
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<int> _steps = Number("--steps", "Generator steps of each run", Defaults.Steps, "count").Within(1);

    readonly Option<string[]> _data = new("--data")
    {
        Description = $"As for train; with {GaussianRing.Name} modes are counted instead of the Fréchet distance [default: "
            + $"{ImageDataset.FashionMnistName}]",
        HelpName = "source",
    };

    readonly ImageOptions _images = new();

    readonly ComparisonRunOptions _run = new("objective", Defaults.Seeds);

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

    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new CompareCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(
            "compare",
            "Trains the same networks on the same data with several objectives and seeds, and compares sample quality with confidence "
                + "intervals, time and stability. "
            + "Ctrl-C stops after the current step; the same command, or --out alone, resumes.")
        {
            _objectives, _run.Seeds, _steps, _data, _images.All, _batch, _width, _count, _measureEvery, _run.All,
        };
        command.Subcommands.Add(CompareEmbeddingCommand.Create(console, stop));
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        string path = _run.Folder(parsed);
        GanComparisonOptions options = Options(parsed, ComparisonRunOptions.Before<GanComparisonOptions>(path));
        return _run.Execute(
            parsed, console, stop, path, parsed.GetValue(_data) ?? [], progress => Comparison.Open(path, options, onProgress: progress));
    }

    // A comparison that is resumed keeps the options that are not given.
    GanComparisonOptions Options(ParseResult parsed, GanComparisonOptions? before)
    {
        GanComparisonOptions from = before ?? Defaults;
        int steps = parsed.Given(_steps, from.Steps);
        return new GanComparisonOptions
        {
            Objectives = parsed.IsGiven(_objectives)
                ? NameList.Read(_objectives, parsed.GetValue(_objectives)!, "an objective", GanNames.ParseObjective)
                : from.Objectives,
            Seeds = parsed.Given(_run.Seeds, from.Seeds),
            Steps = steps,
            BatchSize = parsed.Given(_batch, from.BatchSize),
            Width = parsed.GetValue(_width) ?? from.Width,
            Measure = new(parsed.GetValue(_measureEvery) ?? before?.Measure.Every ?? Math.Max(1, steps / 4),
                parsed.Given(_count, from.Measure.Samples)),
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

    static Option<int> Number(string name, string description, int standard, string help) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        HelpName = help,
    };
}
