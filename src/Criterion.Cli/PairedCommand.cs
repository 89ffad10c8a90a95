using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The execution and the options that <c>criterion train pix2pix</c> and <c>criterion train super-resolution</c> share.</summary>
/// <param name="name">The name of the recipe.</param>
/// <param name="defaults">The options of the recipe.</param>
/// <param name="translator">The translator, whose width is the default.</param>
internal abstract class PairedCommand(string name, PairedOptions defaults, PairedTranslator translator)
{
    readonly DeclaredOptions _options = new(PairedOptions.Declared, defaults);

    readonly Option<int> _width = new Option<int>("--width")
    {
        Description = "Channels of the first layer of each network; 64 in the paper, for photographs",
        DefaultValueFactory = _ => translator.Width,
        HelpName = "channels",
    }.Within(1, 1024);

    readonly Option<int> _layers = new Option<int>("--layers")
    {
        Description = "Downsamplings by 2 in the discriminator: its receptive field has 16 pixels for 1, 34 for 2, 70 for 3",
        DefaultValueFactory = _ => PatchDiscriminator.Small.Layers,
        HelpName = "count",
    }.Within(1, 6);

    /// <summary>Gets the options of the run.</summary>
    protected RunOptions RunOptions { get; } = new();

    /// <summary>Returns the watch of a training, which writes its findings.</summary>
    public static Action<PairedStep> Watch(PairedOptions options, ToolConsole console) =>
        new FindingPrinter<PairedStep>(console, new PairedMonitor(options.Objective).Watch).Watch;

    /// <summary>Writes how near the translations of held-out images are to their targets.</summary>
    public static int Report((int Code, PairedRunRecord Record) end, ToolConsole console)
    {
        if (end.Record.Quality is { } quality)
        {
            console.Output.WriteLine(Line(end.Record, quality));
        }

        return end.Code;
    }

    /// <summary>Formats the quality of translations.</summary>
    public static string Line(PairedRunRecord record, TranslationQuality.Direction quality) =>
        TranslationText.Line(
            $"{Counted.Of(record.Options.HeldOut ?? 0, "held-out pair")}",
            quality,
            record.Translator is SuperResolver ? "bicubic interpolation" : "a copy of the input");

    /// <summary>Builds the command.</summary>
    /// <param name="description">The description.</param>
    /// <param name="data">The options of the data.</param>
    /// <param name="networks">The options of the translator other than its width.</param>
    /// <param name="console">The console.</param>
    /// <param name="stop">Returns the token that Ctrl-C cancels.</param>
    protected Command Build(
        string description, IEnumerable<Option> data, IEnumerable<Option> networks, ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(name, description) { data, _options.All, _width, networks, _layers, RunOptions.All };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    /// <summary>Gets the sources of the images on the command line.</summary>
    protected abstract string[] Sources(ParseResult parsed);

    /// <summary>Creates the run.</summary>
    protected abstract PairedRun Create(
        ParseResult parsed, PairedOptions options, int width, PatchDiscriminator discriminator, Action<LoadProgress> onProgress);

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        RunOptions.Apply(parsed);
        PairedOptions options = _options.Apply(defaults, parsed);
        int width = parsed.GetValue(_width);
        PatchDiscriminator discriminator = PatchDiscriminator.Small with { Width = width, Layers = parsed.GetValue(_layers) };
        PairedRun run = DataLoading.Show(console, progress => Create(parsed, options, width, discriminator, progress));
        CancellationToken token = stop();
        using RunFolder folder = RunFolder.Create<PairedStep>(RunOptions.Folder(parsed, name));
        PairedRunRecord record = run.Record;
        DataSources.NoteHidden(console, Sources(parsed));
        console.Output.WriteLine(
            $"Training {name} on {Counted.Of(record.Input.Count - record.Options.HeldOut!.Value, "pair")} of {record.Input.Source} and "
                + $"{record.Target.Source} into {folder.Path}");
        return Report(RunOptions.Execute(run, folder, console, parsed, token, Watch(record.Options, console)), console);
    }
}
