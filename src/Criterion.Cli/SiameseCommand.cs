using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train siamese</c>.</summary>
internal sealed class SiameseCommand
{
    const string Alias = "embedding";

    readonly RunOptions _run = new();

    readonly Option<string[]> _data = new("--data")
    {
        Description = $"{ImageDataset.FashionMnistName} (embedded), or a folder with a subfolder of images for each class; repeat it to "
            + "add more",
        DefaultValueFactory = _ => [ImageDataset.FashionMnistName],
        HelpName = "source",
    };

    readonly ImageOptions _images = new();

    readonly DeclaredOptions _options = new(SiameseOptions.Declared, new SiameseOptions());

    readonly Option<int> _width = new Option<int>("--width")
    {
        Description = "Channels of the first layer of the encoder; the embedding has 16 times as many dimensions",
        DefaultValueFactory = _ => new EmbeddingNetwork().Width,
        HelpName = "channels",
    }.Within(1, 1024);

    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new SiameseCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(
            "siamese",
            "Trains an encoder of labelled images on pairs or triplets, and measures it on held-out classes or images.")
        {
            _data, _images.All, _options.All, _width, _run.All,
        };
        command.Aliases.Add(Alias);
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        _run.Apply(parsed);
        string[] sources = DataSources.Checked(parsed.GetValue(_data)!, _data.Name);
        SiameseOptions given = _options.Apply(new SiameseOptions(), parsed);
        DataArguments load = _images.Arguments(parsed, sources);
        ImageDataset data = DataLoading.Show(console, load.LoadImages);
        SiameseOptions options = parsed.IsGiven(_options[nameof(SiameseOptions.HeldOut)]) ? given : given.For(data);
        SiameseRun run = new(
            options,
            new EmbeddingNetwork(width: parsed.GetValue(_width)),
            data,
            parsed.GetValue(_run.SampleEvery),
            parsed.GetValue(_run.CheckpointEvery),
            load);
        CancellationToken token = stop();
        using RunFolder folder = RunFolder.Create<SiameseStep>(_run.Folder(parsed, "siamese"));
        DataSources.NoteHidden(console, sources);
        console.Output.WriteLine(
            $"Training siamese ({options.Objective.Name}) on {data.Description} without "
                + $"{Without(data, options.HeldOut)} into {folder.Path}");
        return Report(_run.Execute(run, folder, console, parsed, token), console);
    }

    /// <summary>Loads the data of a run.</summary>
    /// <exception cref="TrainingException">They were made in memory, or cannot be loaded.</exception>
    public static ImageDataset Data(SiameseRunRecord record, string path, ToolConsole console) =>
        record.Load is { } load ? DataLoading.Show(console, load.LoadImages)
        : record.Data.Source == ImageDataset.FashionMnistName ? ImageDataset.FashionMnist()
        : throw TrainCommand.InMemory(path);

    static string Without(ImageDataset data, IReadOnlyList<int> heldOut) => heldOut.Count == 0
        ? "a fifth of the images of each class"
        : $"the classes {string.Join(", ", heldOut.Select(data.ClassName))}";

    /// <summary>Writes how well the encoder distinguishes the held-out images.</summary>
    public static int Report((int Code, SiameseRunRecord Record) end, ToolConsole console)
    {
        if (end.Record.Quality is { } quality)
        {
            console.Output.WriteLine(Line(quality, end.Record.Options.HeldOut.Count > 0));
        }

        return end.Code;
    }

    /// <summary>Formats the quality of embeddings.</summary>
    public static string Line(EmbeddingQuality quality, bool areClasses) =>
        $"Held-out {(areClasses ? "classes" : "images")}: accuracy {NumberText.Percent(quality.Accuracy, 1)} at a cosine threshold of "
        + $"{NumberText.Fixed(quality.Threshold, 2)} chosen on other images ({NumberText.Percent(quality.Verification.Accuracy, 1)} at the "
            + "best "
        + $"threshold, {NumberText.Fixed(quality.Verification.Threshold, 2)}), area under the curve "
        + $"{NumberText.Fixed(quality.Verification.AreaUnderCurve, 3)}, equal error rate "
        + $"{NumberText.Percent(quality.Verification.EqualErrorRate, 1)}, precision at 1 {NumberText.Percent(quality.PrecisionAtOne, 1)} "
        + $"(chance {NumberText.Percent(quality.Chance, 1)})";
}
