using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train siamese</c>.</summary>
internal sealed class SiameseCommand
{
    readonly RunOptions _run = new();

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
            "Trains an encoder of Fashion-MNIST on pairs or triplets, and measures it on held-out classes.")
        {
            _options.All, _width, _run.All,
        };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        Compute.Threads = parsed.GetValue(_run.Threads);
        SiameseOptions options = _options.Apply(new SiameseOptions(), parsed);
        SiameseRun run = new(
            options,
            new EmbeddingNetwork(width: parsed.GetValue(_width)),
            ImageDataset.FashionMnist(),
            parsed.GetValue(_run.SampleEvery),
            parsed.GetValue(_run.CheckpointEvery));
        CancellationToken token = stop();
        using RunFolder folder = RunFolder.Create<SiameseStep>(_run.Folder(parsed, "siamese"));
        console.Output.WriteLine(
            $"Training siamese ({options.Objective.Name}) on Fashion-MNIST without the classes {string.Join(", ", options.HeldOut)} "
                + $"into {folder.Path}");
        return Report(RunOptions.Execute(run, folder, console, token), console);
    }

    /// <summary>Writes how well the encoder distinguishes the held-out classes.</summary>
    public static int Report((int Code, SiameseRunRecord Record) end, ToolConsole console)
    {
        if (end.Record.Quality is { } quality)
        {
            console.Output.WriteLine(Line(quality));
        }

        return end.Code;
    }

    static string Line(EmbeddingQuality quality) =>
        $"Held-out classes: accuracy {NumberText.Percent(quality.Accuracy, 1)} at a cosine threshold of "
        + $"{NumberText.Fixed(quality.Threshold, 2)} chosen on other images ({NumberText.Percent(quality.Verification.Accuracy, 1)} at the "
            + "best "
        + $"threshold, {NumberText.Fixed(quality.Verification.Threshold, 2)}), area under the curve "
        + $"{NumberText.Fixed(quality.Verification.AreaUnderCurve, 3)}, equal error rate "
        + $"{NumberText.Percent(quality.Verification.EqualErrorRate, 1)}, precision at 1 {NumberText.Percent(quality.PrecisionAtOne, 1)} "
        + $"(chance {NumberText.Percent(quality.Chance, 1)})";
}
