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
        Description = "Background of transparent pixels, and of the borders of --fit pad, from 0 for black to 1 for white [default: 1]",
        HelpName = "grey",
    }.That(static grey => grey is >= 0 and <= 1, "a number from 0 for black to 1 for white");

    /// <summary>Gets the option for resizing images that are not square.</summary>
    public Option<string?> Fit { get; } = new Option<string?>("--fit")
    {
        Description = "Resize images that are not square: stretch them, crop the square at their centre, or pad them with the background "
            + "[default: stretch]",
        HelpName = "way",
    }.OneOf([.. Names<ImageFit>()]);

    /// <summary>Gets the option for damaged pictures of folders.</summary>
    public Option<string?> Damaged { get; } = new Option<string?>("--damaged")
    {
        Description = "Damaged images of folders: error, or skip them and list their names [default: error]",
        HelpName = "action",
    }.OneOf([.. Names<DamagedImages>()]);

    /// <summary>Gets the option for the number of images, which trainings alone have.</summary>
    public Option<int?> Limit { get; } = new Option<int?>("--limit")
    {
        Description = "Number of images to train on, evenly spaced in the data [default: all]",
        HelpName = "count",
    }.Within(1);

    /// <summary>Gets all of these options.</summary>
    public IReadOnlyList<Option> All => [Size, Fit, Range, Background, Damaged];

    /// <summary>Returns how sources are loaded.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="others">Other sources that are loaded with the same options.</param>
    /// <exception cref="ToolException">A range or background is given, and no source can have one.</exception>
    public DataArguments Arguments(ParseResult parsed, string[] sources, params string[] others)
    {
        string[] all = [.. sources.Concat(others).Where(static source => !FeatureSet.IsDrawn(source))];
        CheckUse(parsed, Range, all.Any(ImageSource.MayHoldFloats), ".npy and IDX files of floats, and no such source");
        CheckUse(parsed, Background, all.Any(ImageSource.MayBeTransparent), "transparent images, and no image file or folder");
        CheckUse(parsed, Damaged, all.Any(Directory.Exists), "the images of a folder, and no folder");
        return DataArguments.Of(sources, parsed.GetValue(Size), RangeOf(parsed), parsed.GetValue(Background) ?? 1) with
        {
            Fit = FitOf(parsed),
            Damaged = DamagedOf(parsed),
            Limit = parsed.GetResult(Limit) is null ? null : parsed.GetValue(Limit),
        };
    }

    /// <summary>Returns how images that are not square are resized.</summary>
    /// <exception cref="ToolException">No image is resized.</exception>
    public ImageFit FitOf(ParseResult parsed)
    {
        if (parsed.IsGiven(Fit) && !parsed.IsGiven(Size) && parsed.CommandResult.Command.Options.Contains(Size))
        {
            throw new ToolException($"{Fit.Name} has no effect without {Size.Name}, because no image is resized. Give both, or neither.");
        }

        return Parse<ImageFit>(parsed.GetValue(Fit));
    }

    /// <summary>Refuses a size and a limit where neither of two sources is given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="first">The option of one source.</param>
    /// <param name="second">The option of the other source.</param>
    /// <exception cref="ToolException">One of them is given.</exception>
    public void RefuseWithout(ParseResult parsed, Option first, Option second)
    {
        foreach (Option option in (Option[])[Size, Limit])
        {
            CheckUse(parsed, option, isUsed: false, $"images of {first.Name} and {second.Name}, and neither");
        }
    }

    DamagedImages DamagedOf(ParseResult parsed) => Parse<DamagedImages>(parsed.GetValue(Damaged));

    static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(static name => name.ToLowerInvariant());

    static T Parse<T>(string? name)
        where T : struct, Enum => name is null ? default : Enum.Parse<T>(name, ignoreCase: true);

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
