using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion compare embedding --losses A,B,C</c>.</summary>
internal sealed class CompareEmbeddingCommand
{
    static readonly EmbeddingComparisonOptions Defaults =
        new() { Losses = ["proxy-anchor", "batch-contrastive", "sup-con", "multi-similarity", "contrastive"] };

    static readonly EmbeddingOptions TrainingDefaults =
        new() { Augmentation = Defaults.Augmentation, LearningRate = Defaults.LearningRate };

    // Those of a single training that all losses share.
    static readonly string[] Shared =
    [
        nameof(EmbeddingOptions.Views), nameof(EmbeddingOptions.Augmentation), nameof(EmbeddingOptions.HeldOut),
        nameof(EmbeddingOptions.LearningRate),
    ];

    readonly Option<string[]> _losses = new("--losses")
    {
        Description = "Losses (see: criterion train embedding --help), with options after a colon: arc-face:scale=16,sup-con [default: "
            + $"{string.Join(",", Defaults.Losses)}]",
        HelpName = "a,b,c",
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<int> _steps = new Option<int>("--steps")
    {
        Description = "Steps of each run",
        DefaultValueFactory = _ => Defaults.Steps,
        HelpName = "count",
    }.Within(1);

    readonly Option<int> _count = new Option<int>("--images")
    {
        Description = "Images that pass the encoder in a step: as many in a batch, half as many pairs, or a third as many triplets",
        DefaultValueFactory = _ => Defaults.Images,
        HelpName = "count",
    }.Within(6, 65536);

    readonly LabelledImageOptions _data = new();

    readonly DeclaredOptions _options =
        new(EmbeddingOptions.Declared.Where(static one => Shared.Contains(one.Property)), TrainingDefaults);

    readonly Option<int?> _width = new Option<int?>("--width")
    {
        Description = $"Channels of the first layer of the encoder [default: {new EmbeddingNetwork().Width}]",
        HelpName = "channels",
    }.Within(1, 1024);

    readonly ComparisonRunOptions _run = new("loss", Defaults.Seeds);

    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new CompareEmbeddingCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(
            EmbeddingCommand.Embedding,
            "Trains the same encoder on the same images with several losses and seeds, and compares how well it tells held-out images "
                + "apart, with confidence intervals, time and stability.")
        {
            _losses, _run.Seeds, _steps, _count, _data.All, _options.All, _width, _run.All,
        };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        string path = _run.Folder(parsed);
        EmbeddingComparisonOptions options = Options(parsed, ComparisonRunOptions.Before<EmbeddingComparisonOptions>(path));
        return _run.Execute(
            parsed, console, stop, path, _data.Sources(parsed), progress => Comparison.Open(path, options, onProgress: progress));
    }

    // A comparison that is resumed keeps the options that are not given.
    EmbeddingComparisonOptions Options(ParseResult parsed, EmbeddingComparisonOptions? before)
    {
        EmbeddingComparisonOptions from = before ?? Defaults;
        EmbeddingOptions training = _options.Apply(
            TrainingDefaults with { Views = from.Views, Augmentation = from.Augmentation, LearningRate = from.LearningRate }, parsed);
        return new EmbeddingComparisonOptions
        {
            Losses = parsed.IsGiven(_losses)
                ? NameList.Read(_losses, parsed.GetValue(_losses)!, "a loss", EmbeddingNames.Parse)
                : from.Losses,
            Seeds = parsed.Given(_run.Seeds, from.Seeds),
            Steps = parsed.Given(_steps, from.Steps),
            Images = parsed.Given(_count, from.Images),
            Views = training.Views,
            Augmentation = training.Augmentation,
            HeldOut = parsed.IsGiven(_options[nameof(EmbeddingOptions.HeldOut)]) ? training.HeldOut : from.HeldOut,
            LearningRate = training.LearningRate,
            Width = parsed.GetValue(_width) ?? from.Width,
            Data = before is null || _data.All.Any(parsed.IsGiven) ? _data.Arguments(parsed) : before.Data,
        };
    }
}
