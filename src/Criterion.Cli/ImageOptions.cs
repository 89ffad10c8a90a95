using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of loading images: those of <see cref="DataArguments"/>.</summary>
/// <param name="standard">The end of the description of the size: the accepted sizes and the default.</param>
/// <param name="least">The smallest size, in pixels.</param>
internal sealed class ImageOptions(string standard = " [default: unchanged, except that 28 is padded to 32]", int least = 1)
{
    /// <summary>Gets the option for the side of every image, in pixels.</summary>
    public Option<int?> Size { get; } = new Option<int?>("--size")
    {
        Description = $"Resize all images to this many pixels a side{standard}",
        HelpName = "pixels",
    }.Within(least, 4096);

    /// <summary>Gets the option for the range of floating-point images.</summary>
    public Option<string?> Range { get; } = new Option<string?>("--range")
    {
        Description = "Values of black and white in .npy or IDX files of floats: -1..1 or 0..1",
        HelpName = "range",
    }.OneOf("-1..1", "0..1");

    /// <summary>Gets the option for the background of transparent pixels.</summary>
    public Option<double?> Background { get; } = new Option<double?>("--background")
    {
        Description = "Background of transparent pixels in PNGs, from 0 for black to 1 for white [default: 1]",
        HelpName = "grey",
    }.That(static grey => grey is >= 0 and <= 1, "a number from 0 for black to 1 for white");

    /// <summary>Gets the option for the number of images, which trainings alone have.</summary>
    public Option<int?> Limit { get; } = new Option<int?>("--limit")
    {
        Description = "Number of images to train on, evenly spaced in the data [default: all]",
        HelpName = "count",
    }.Within(1);

    /// <summary>Gets all of these options.</summary>
    public IReadOnlyList<Option> All => [Size, Range, Background];

    /// <summary>Returns how sources are loaded.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="others">Other sources that are loaded with the same options.</param>
    /// <exception cref="ToolException">A range or background is given, and no source can have one.</exception>
    public DataArguments Arguments(ParseResult parsed, string[] sources, params string[] others)
    {
        string[] all = [.. sources.Concat(others).Where(static source => !FeatureSet.IsDrawn(source))];
        CheckUse(parsed, Range, all.Any(ImageSource.MayHoldFloats), ".npy and IDX files of floats, and no such source");
        CheckUse(parsed, Background, all.Any(ImageSource.MayBeTransparent), "transparent PNGs, and no PNG or folder");
        return DataArguments.Of(sources, parsed.GetValue(Size), RangeOf(parsed), parsed.GetValue(Background) ?? 1) with
        {
            Limit = parsed.GetResult(Limit) is null ? null : parsed.GetValue(Limit),
        };
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
            throw new ToolException($"{option.Name} applies to {what} is given. Remove it.");
        }
    }
}
