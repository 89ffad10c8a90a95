using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train cyclegan</c>.</summary>
internal sealed class CycleGanCommand
{
    readonly RunOptions _run = new();

    readonly DomainOptions _domains = new("garments of Fashion-MNIST", "sketches of other garments", PatchDiscriminator.Small);

    readonly DeclaredOptions _options = new(CycleGanOptions.Declared, CycleGanOptions.Small);

    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new CycleGanCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(
            "cyclegan",
            "Trains translators between two unpaired sets of images; by default between garments and their sketches.")
        {
            _domains.Data, _options.All, _domains.Networks, _run.All,
        };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        _run.Apply(parsed);
        CycleGanRun run = DataLoading.Show(console, progress => Make(parsed, progress));
        CancellationToken token = stop();
        using RunFolder folder = RunFolder.Create<CycleStep>(_run.Folder(parsed, "cyclegan"));
        CycleGanRunRecord record = run.Record;
        _domains.NoteHidden(console, parsed);
        console.Output.WriteLine(
            $"Training cyclegan between {Counted.Of(record.A.Count, "image")} of {record.A.Source} and "
                + $"{record.B.Count} of {record.B.Source} into {folder.Path}");
        return Report(_run.Execute(run, folder, console, parsed, token), console);
    }

    /// <summary>Writes the distance of the translations to the true images, where these are known.</summary>
    public static int Report((int Code, CycleGanRunRecord Record) end, ToolConsole console)
    {
        if (end.Record.Quality is { } quality)
        {
            console.Output.WriteLine(Lines(quality));
        }

        return end.Code;
    }

    /// <summary>Formats the quality of translations in both directions.</summary>
    public static string Lines(TranslationQuality quality) =>
        $"{DomainOptions.Line("A to B", quality.AToB)}{Environment.NewLine}{DomainOptions.Line("B to A", quality.BToA)}";

    CycleGanRun Make(ParseResult parsed, Action<LoadProgress> onProgress)
    {
        (DataArguments? a, DataArguments? b) = _domains.Load(parsed);
        return CycleGanRun.Create(
            _options.Apply(CycleGanOptions.Small, parsed),
            _domains.Translator(parsed),
            _domains.Discriminator(parsed),
            a,
            b,
            parsed.GetValue(_run.SampleEvery),
            parsed.GetValue(_run.CheckpointEvery),
            onProgress);
    }
}
