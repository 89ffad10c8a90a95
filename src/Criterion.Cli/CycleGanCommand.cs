using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train cyclegan</c>.</summary>
internal sealed class CycleGanCommand
{
    readonly RunOptions _run = new();

    readonly Option<string[]> _a = new("--a")
    {
        Description = "Images of one domain: a folder of images, an IDX file or a .npy file [default: garments of Fashion-MNIST]",
        HelpName = "source",
    };

    readonly Option<string[]> _b = new("--b")
    {
        Description = "Images of the other domain [default: sketches of other garments]",
        HelpName = "source",
    };

    readonly ImageOptions _images = new(least: 8);

    readonly DeclaredOptions _options = new(CycleGanOptions.Declared, CycleGanOptions.Small);

    readonly Option<int> _width = new Option<int>("--width")
    {
        Description = "Channels of the first layer of each network; 64 in the paper, for photographs",
        DefaultValueFactory = _ => ResnetTranslator.Small.Width,
        HelpName = "channels",
    }.Within(1, 1024);

    readonly Option<int> _blocks = new Option<int>("--blocks")
    {
        Description = "Residual blocks of each translator; 6 to 9 in the paper",
        DefaultValueFactory = _ => ResnetTranslator.Small.Blocks,
        HelpName = "count",
    }.Within(0, 64);

    readonly Option<int> _halvings = new Option<int>("--halvings")
    {
        Description = "Downsamplings by 2 in each translator before its blocks; 2 in the paper",
        DefaultValueFactory = _ => ResnetTranslator.Small.Halvings,
        HelpName = "count",
    }.Within(0, 4);

    readonly Option<int> _layers = new Option<int>("--layers")
    {
        Description = "Downsamplings by 2 in each discriminator: its receptive field has 16 pixels for 1, 34 for 2, 70 for 3",
        DefaultValueFactory = _ => PatchDiscriminator.Small.Layers,
        HelpName = "count",
    }.Within(1, 6);

    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new CycleGanCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(
            "cyclegan",
            "Trains translators between two unpaired sets of images; by default between garments and their sketches.")
        {
            _a, _b, _images.All, _images.Limit, _options.All, _width, _blocks, _halvings, _layers, _run.All,
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
        DataSources.NoteHidden(console, [.. parsed.GetValue(_a)!, .. parsed.GetValue(_b)!]);
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
        $"{Line("A to B", quality.AToB)}{Environment.NewLine}{Line("B to A", quality.BToA)}";

    CycleGanRun Make(ParseResult parsed, Action<LoadProgress> onProgress)
    {
        string[] a = DataSources.Checked(parsed.GetValue(_a)!, _a.Name);
        string[] b = DataSources.Checked(parsed.GetValue(_b)!, _b.Name);
        if (a.Length == 0 != (b.Length == 0))
        {
            throw new ToolException(
                $"Both domains are needed: give {(a.Length == 0 ? _a : _b).Name} as well, or neither for garments and their sketches.");
        }

        if (a.Length == 0 && new Option[] { _images.Size, _images.Limit }.FirstOrDefault(parsed.IsGiven) is { } unused)
        {
            throw new ToolException($"{unused.Name} applies to images of {_a.Name} and {_b.Name}, and neither is given. Remove it.");
        }

        CycleGanOptions options = _options.Apply(CycleGanOptions.Small, parsed);
        int width = parsed.GetValue(_width);
        return CycleGanRun.Create(
            options,
            ResnetTranslator.Small with { Width = width, Blocks = parsed.GetValue(_blocks), Halvings = parsed.GetValue(_halvings) },
            PatchDiscriminator.Small with { Width = width, Layers = parsed.GetValue(_layers) },
            Load(parsed, a, b),
            Load(parsed, b, a),
            parsed.GetValue(_run.SampleEvery),
            parsed.GetValue(_run.CheckpointEvery),
            onProgress);
    }

    DataArguments? Load(ParseResult parsed, string[] sources, string[] others) =>
        _images.Arguments(parsed, sources, others) is { Sources.Count: > 0 } load ? load : null;

    static string Line(string direction, TranslationQuality.Direction quality) =>
        TranslationText.Line(direction, quality, "a copy of the input");
}
