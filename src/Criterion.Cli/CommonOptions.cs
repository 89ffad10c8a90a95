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

    /// <summary>Returns the number that was given on the command line, or another one.</summary>
    public static int Given(this ParseResult parsed, Option<int> option, int otherwise) =>
        parsed.IsGiven(option) ? parsed.GetValue(option) : otherwise;
}
