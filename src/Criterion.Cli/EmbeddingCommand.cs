using System.CommandLine;
using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train embedding</c>, and <c>criterion train siamese</c>, which has other defaults.</summary>
internal sealed class EmbeddingCommand
{
    /// <summary>The name of the training with any loss.</summary>
    public const string Embedding = "embedding";

    /// <summary>The name of the training on pairs.</summary>
    public const string Siamese = "siamese";

    readonly string _name;
    readonly EmbeddingOptions _defaults;
    readonly DeclaredOptions _options;
    readonly RunOptions _run = new();

    readonly LabelledImageOptions _data = new();

    readonly Option<int> _width = new Option<int>("--width")
    {
        Description = "Channels of the first layer of the encoder; the embedding has 16 times as many dimensions",
        DefaultValueFactory = _ => new EmbeddingNetwork().Width,
        HelpName = "channels",
    }.Within(1, 1024);

    EmbeddingCommand(string name, EmbeddingOptions defaults)
    {
        (_name, _defaults) = (name, defaults);
        _options = new DeclaredOptions(EmbeddingOptions.Declared, defaults, Help);
    }

    /// <summary>Creates the command of any loss.</summary>
    public static Command Create(ToolConsole console, Func<CancellationToken> stop) =>
        new EmbeddingCommand(Embedding, new EmbeddingOptions()).Build(
            "Trains an encoder of images with any loss of embeddings, and measures it on held-out classes or images.", console, stop);

    /// <summary>Creates the command of pairs.</summary>
    public static Command CreateSiamese(ToolConsole console, Func<CancellationToken> stop) =>
        new EmbeddingCommand(Siamese, EmbeddingOptions.Siamese).Build(
            "Trains an encoder of labelled images on pairs or triplets: train embedding with other defaults.", console, stop);

    Command Build(string description, ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(_name, description) { _data.All, _options.All, _width, _run.All };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        _run.Apply(parsed);
        EmbeddingOptions given = _options.Apply(_defaults, parsed);
        if (given.Views)
        {
            given = given with
            {
                Loss = parsed.IsGiven(_options[nameof(EmbeddingOptions.Loss)]) ? given.Loss : new NtXentLoss(),
                Augmentation = parsed.IsGiven(_options[nameof(EmbeddingOptions.Augmentation)])
                    ? given.Augmentation
                    : new ViewAugmentation(),
            };
        }

        DataArguments load = _data.Arguments(parsed);
        ImageDataset data = DataLoading.Show(console, load.LoadImages);
        EmbeddingOptions options = parsed.IsGiven(_options[nameof(EmbeddingOptions.HeldOut)]) ? given : given.For(data);
        EmbeddingRun run = new(
            options,
            new EmbeddingNetwork(width: parsed.GetValue(_width)),
            data,
            parsed.GetValue(_run.SampleEvery),
            parsed.GetValue(_run.CheckpointEvery),
            load,
            _name);
        CancellationToken token = stop();
        using RunFolder folder = RunFolder.Create<EmbeddingStep>(_run.Folder(parsed, _name));
        DataSources.NoteHidden(console, _data.Sources(parsed));
        console.Output.WriteLine(
            $"Training {_name} ({LossName.Of(options.Loss.GetType())}{(options.Views ? " of views, without labels" : "")}) on "
                + $"{data.Description} without {Without(data, options.HeldOut)} into {folder.Path}");
        return Report(_run.Execute(run, folder, console, parsed, token, Watch(options, console)), console);
    }

    static (string? More, string? Default) Help(string property) => property switch
    {
        nameof(EmbeddingOptions.Loss) => (
            $": {string.Join(", ", EmbeddingNames.All)}. Options follow a colon: multi-similarity:threshold=0.6", null),
        _ => default,
    };

    /// <summary>Returns the watch of a training, which writes its findings.</summary>
    public static Action<EmbeddingStep> Watch(EmbeddingOptions options, ToolConsole console)
    {
        EmbeddingMonitor monitor = new(options.Loss);
        return new FindingPrinter<EmbeddingStep>(console, monitor.Watch).Watch;
    }

    /// <summary>Loads the data of a run.</summary>
    /// <exception cref="TrainingException">They were made in memory, or cannot be loaded.</exception>
    public static ImageDataset Data(EmbeddingRunRecord record, string path, ToolConsole console) =>
        record.Load is { } load ? DataLoading.Show(console, load.LoadImages)
        : record.Data.Source == ImageDataset.FashionMnistName ? ImageDataset.FashionMnist()
        : throw TrainCommand.InMemory(path);

    static string Without(ImageDataset data, IReadOnlyList<int> heldOut) =>
        heldOut.Count > 0 ? $"the classes {string.Join(", ", heldOut.Select(data.ClassName))}"
        : data.Labels is null ? "a fifth of the images"
        : "a fifth of the images of each class";

    /// <summary>Writes how well the encoder distinguishes the held-out images.</summary>
    public static int Report((int Code, EmbeddingRunRecord Record) end, ToolConsole console)
    {
        if (end.Record.Quality is { } quality)
        {
            console.Output.WriteLine(Line(quality, end.Record.Options.HeldOut.Count > 0));
        }

        return end.Code;
    }

    /// <summary>Formats the quality of embeddings.</summary>
    public static string Line(EmbeddingQuality quality, bool areClasses) =>
        $"Held-out {(areClasses ? "classes" : "images")}: accuracy {Percent(quality.Accuracy)} at a cosine threshold of "
        + $"{NumberText.Fixed(quality.Threshold, 2)} chosen on other images ({NumberText.Percent(quality.Verification.Accuracy, 1)} at "
        + $"the best threshold, {NumberText.Fixed(quality.Verification.Threshold, 2)}), area under the curve "
        + $"{NumberText.Fixed(quality.AreaUnderCurve.Value, 3)} ({NumberText.Fixed(quality.AreaUnderCurve.Low, 3)} to "
        + $"{NumberText.Fixed(quality.AreaUnderCurve.High, 3)}), equal error rate "
        + $"{NumberText.Percent(quality.Verification.EqualErrorRate, 1)}, Recall@1 {Percent(quality.PrecisionAtOne)} "
        + $"(chance {NumberText.Percent(quality.Chance, 1)}), MAP@R {Percent(quality.MeanAveragePrecisionAtR)}. "
        + "Intervals are of 95 %.";

    static string Percent(RetrievalMeasure measure) => $"{NumberText.Percent(measure.Value, 1)} ({NumberText.Percent(measure.Low, 1)} to "
        + $"{NumberText.Percent(measure.High, 1)})";
}
