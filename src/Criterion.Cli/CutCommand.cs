using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train cut</c>, and <c>criterion train fastcut</c>, which has other defaults.</summary>
internal sealed class CutCommand
{
    /// <summary>The name of the training with the contrast of both domains.</summary>
    public const string Cut = "cut";

    /// <summary>The name of the faster training.</summary>
    public const string FastCut = "fastcut";

    readonly string _name;
    readonly CutOptions _defaults;
    readonly DeclaredOptions _options;
    readonly RunOptions _run = new();
    readonly DomainOptions _domains = new("sketches of garments of Fashion-MNIST", "other garments", CutRun.SmallDiscriminator);

    readonly Option<int> _headWidth = new Option<int>("--head-width")
    {
        Description = "Units of each layer of the heads, which project the features of patches; 256 in the paper",
        DefaultValueFactory = _ => CutRun.SmallHeads,
        HelpName = "units",
    }.Within(1, 4096);

    CutCommand(string name, CutOptions defaults)
    {
        (_name, _defaults) = (name, defaults);
        _options = new DeclaredOptions(CutOptions.Declared, defaults);
    }

    /// <summary>Creates the command of CUT.</summary>
    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new CutCommand(Cut, CutOptions.Small).Build(
        "Trains one translator from images A to images B, without pairs, by contrasting patches; by default from sketches to garments.",
        console,
        stop);

    /// <summary>Creates the command of FastCUT.</summary>
    public static Command CreateFast(ToolConsole console, Func<CancellationToken> stop) =>
        new CutCommand(FastCut, CutOptions.SmallFast).Build(
            "Trains a translator without translating images of B as well: train cut with other defaults.", console, stop);

    Command Build(string description, ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(_name, description) { _domains.Data, _options.All, _domains.Networks, _headWidth, _run.All };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        _run.Apply(parsed);
        CutRun run = DataLoading.Show(console, progress => Make(parsed, progress));
        CancellationToken token = stop();
        using RunFolder folder = RunFolder.Create<CutStep>(_run.Folder(parsed, _name));
        CutRunRecord record = run.Record;
        _domains.NoteHidden(console, parsed);
        console.Output.WriteLine(
            $"Training {_name} from {Counted.Of(record.A.Count, "image")} of {record.A.Source} to "
                + $"{record.B.Count} of {record.B.Source} into {folder.Path}");
        return Report(_run.Execute(run, folder, console, parsed, token), console);
    }

    /// <summary>Writes the distance of the translations to the true images, where these are known.</summary>
    public static int Report((int Code, CutRunRecord Record) end, ToolConsole console)
    {
        if (end.Record.Quality is { } quality)
        {
            console.Output.WriteLine(Line(quality));
        }

        return end.Code;
    }

    /// <summary>Formats the quality of translations.</summary>
    public static string Line(TranslationQuality.Direction quality) => DomainOptions.Line("A to B", quality);

    CutRun Make(ParseResult parsed, Action<LoadProgress> onProgress)
    {
        (DataArguments? a, DataArguments? b) = _domains.Load(parsed);
        return CutRun.Create(
            _options.Apply(_defaults, parsed),
            _domains.Translator(parsed),
            _domains.Discriminator(parsed),
            parsed.GetValue(_headWidth),
            a,
            b,
            parsed.GetValue(_run.SampleEvery),
            parsed.GetValue(_run.CheckpointEvery),
            _name,
            onProgress);
    }
}
