using System.CommandLine;

namespace Criterion.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary>Threads to compute with.</summary>
    public static Option<int> Threads() => new Option<int>("--threads")
    {
        Description = "Threads to compute with; the result is the same bits whatever it is",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        HelpName = "count",
    }.Within(1, 1024);

    /// <summary>What numbers in files of floats mean.</summary>
    public static Option<string?> Range() => new Option<string?>("--range")
    {
        Description = "What black and white are in .npy or IDX files of floats: -1..1 or 0..1",
        HelpName = "range",
    }.OneOf("-1..1", "0..1");

    /// <summary>The range that was given, or null.</summary>
    public static ImageRange? RangeOf(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        "-1..1" => ImageRange.MinusOneOne,
        "0..1" => ImageRange.ZeroOne,
        _ => null,
    };
}
