using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options by which images are loaded: those of <see cref="DataArguments"/>.</summary>
/// <param name="standard">What ends the description of the size: which are taken, and the default.</param>
/// <param name="least">The least size.</param>
internal sealed class ImageOptions(string standard = " [default: as they are; 28 is padded to 32]", int least = 1)
{
    /// <summary>The side of every image.</summary>
    public Option<int?> Size { get; } = new Option<int?>("--size")
    {
        Description = $"Resize all images to this many pixels a side{standard}",
        HelpName = "pixels",
    }.Within(least, 4096);

    /// <summary>What numbers in files of floats mean.</summary>
    public Option<string?> Range { get; } = new Option<string?>("--range")
    {
        Description = "What black and white are in .npy or IDX files of floats: -1..1 or 0..1",
        HelpName = "range",
    }.OneOf("-1..1", "0..1");

    /// <summary>What is behind transparent pixels.</summary>
    public Option<double?> Background { get; } = new Option<double?>("--background")
    {
        Description = "The grey on which transparent pixels of PNGs are laid, from 0 for black to 1 for white [default: 1]",
        HelpName = "grey",
    }.That(static grey => grey is >= 0 and <= 1, "a number from 0 for black to 1 for white");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [Size, Range, Background];

    /// <summary>How some sources are loaded.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="others">Others that are loaded with the same options.</param>
    /// <exception cref="ToolException">A range or background is given, and none of the sources can have one.</exception>
    public DataArguments Arguments(ParseResult parsed, string[] sources, params string[] others)
    {
        string[] all = [.. sources.Concat(others).Where(static source => !FeatureSet.IsDrawn(source))];
        CheckUse(parsed, Range, all.Any(ImageSource.MayHoldFloats), ".npy and IDX files of floats, and no such file");
        CheckUse(parsed, Background, all.Any(ImageSource.MayBeTransparent), "transparent PNGs, and no PNG or folder");
        return DataArguments.Of(sources, parsed.GetValue(Size), RangeOf(parsed), parsed.GetValue(Background) ?? 1);
    }

    ImageRange? RangeOf(ParseResult parsed) => parsed.GetValue(Range) switch
    {
        "-1..1" => ImageRange.MinusOneOne,
        "0..1" => ImageRange.ZeroOne,
        _ => null,
    };

    static void CheckUse(ParseResult parsed, Option option, bool isUsed, string what)
    {
        if (!isUsed && parsed.IsGiven(option))
        {
            throw new ToolException($"{option.Name} is for {what} is given. Leave it out.");
        }
    }
}
