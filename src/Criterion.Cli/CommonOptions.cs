using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The options of several commands.</summary>
internal static class CommonOptions
{
    /// <summary>Creates the option for the number of threads.</summary>
    public static Option<int> Threads() => new Option<int>("--threads")
    {
        Description = "Number of threads; results are bit-identical for any number",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        HelpName = "count",
    }.Within(1, 1024);

    /// <summary>Creates the option for the seed.</summary>
    public static Option<ulong> Seed(string description) => new Option<ulong>("--seed")
    {
        Description = description,
        DefaultValueFactory = _ => 0,
        HelpName = "number",
    }.NotNegative();

    /// <summary>Creates an option without a value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>Creates the option for steps whose loss is not finite.</summary>
    public static Option<string> OnNan() => new Option<string>("--on-nan")
    {
        Description = "Action when a loss is NaN or infinite: stop and report the first tensor that is not finite, or skip the step",
        DefaultValueFactory = _ => "stop",
        HelpName = "action",
    }.OneOf("stop", "skip");

    /// <summary>Returns the policy that was given.</summary>
    public static NanPolicy OnNanOf(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) == "skip" ? NanPolicy.Skip : NanPolicy.Stop;

    /// <summary>Adds several options to a command.</summary>
    public static void Add(this Command command, IEnumerable<Option> options)
    {
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Returns whether an option was given on the command line.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
