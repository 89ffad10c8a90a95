using System.CommandLine;
using Criterion.Training;

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

    /// <summary>What becomes of a step whose loss is no number.</summary>
    public static Option<string> OnNan() => new Option<string>("--on-nan")
    {
        Description = "What to do when a loss is no number: stop and say where it came from, or skip the step and go on",
        DefaultValueFactory = _ => "stop",
        HelpName = "what",
    }.OneOf("stop", "skip");

    /// <summary>The policy that was given.</summary>
    public static NanPolicy OnNanOf(ParseResult parsed, Option<string> option) => parsed.GetValue(option) == "skip" ? NanPolicy.Skip : NanPolicy.Stop;
}
