using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The data and network options of trainings of translators between two unpaired sets of images.</summary>
/// <param name="builtInA">The images of domain A if none are given, in words.</param>
/// <param name="builtInB">The images of domain B if none are given, in words.</param>
/// <param name="discriminator">The discriminators if no option changes them.</param>
internal sealed class DomainOptions(string builtInA, string builtInB, PatchDiscriminator discriminator)
{
    readonly Option<string[]> _a = new("--a")
    {
        Description = $"Images of one domain: a folder of images, an IDX file or a .npy file [default: {builtInA}]",
        HelpName = "source",
    };

    readonly Option<string[]> _b = new("--b")
    {
        Description = $"Images of the other domain [default: {builtInB}]",
        HelpName = "source",
    };

    readonly ImageOptions _images = new(least: 8);

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
        DefaultValueFactory = _ => discriminator.Layers,
        HelpName = "count",
    }.Within(1, 6);

    /// <summary>Gets the options of the data.</summary>
    public IEnumerable<Option> Data => [_a, _b, .. _images.All, _images.Limit];

    /// <summary>Gets the options of the networks.</summary>
    public IEnumerable<Option> Networks => [_width, _blocks, _halvings, _layers];

    /// <summary>Returns the arguments that load both domains; null for the built-in images.</summary>
    /// <exception cref="ToolException">Only one domain is given, or an option has no effect.</exception>
    public (DataArguments? A, DataArguments? B) Load(ParseResult parsed)
    {
        string[] a = DataSources.Checked(parsed.GetValue(_a)!, _a.Name);
        string[] b = DataSources.Checked(parsed.GetValue(_b)!, _b.Name);
        if (a.Length == 0 != (b.Length == 0))
        {
            throw new ToolException(
                $"Both domains are needed: give {(a.Length == 0 ? _a : _b).Name} as well, or neither for garments and their sketches.");
        }

        if (a.Length == 0)
        {
            _images.RefuseWithout(parsed, _a, _b);
        }

        return (Load(parsed, a, b), Load(parsed, b, a));
    }

    /// <summary>Returns the architecture of the translators.</summary>
    public ResnetTranslator Translator(ParseResult parsed) => ResnetTranslator.Small with
    {
        Width = parsed.GetValue(_width),
        Blocks = parsed.GetValue(_blocks),
        Halvings = parsed.GetValue(_halvings),
    };

    /// <summary>Returns the architecture of the discriminators.</summary>
    public PatchDiscriminator Discriminator(ParseResult parsed) =>
        discriminator with { Width = parsed.GetValue(_width), Layers = parsed.GetValue(_layers) };

    /// <summary>Writes a note for files that are named like built-in data.</summary>
    public void NoteHidden(ToolConsole console, ParseResult parsed) =>
        DataSources.NoteHidden(console, [.. parsed.GetValue(_a)!, .. parsed.GetValue(_b)!]);

    /// <summary>Formats the quality of translations in one direction.</summary>
    public static string Line(string direction, TranslationQuality.Direction quality) =>
        TranslationText.Line(direction, quality, "a copy of the input");

    DataArguments? Load(ParseResult parsed, string[] sources, string[] others) =>
        _images.Arguments(parsed, sources, others) is { Sources.Count: > 0 } load ? load : null;
}
