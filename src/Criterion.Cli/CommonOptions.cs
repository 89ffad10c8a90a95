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

    /// <summary>Decides every random number.</summary>
    public static Option<ulong> Seed(string description) => new Option<ulong>("--seed")
    {
        Description = description,
        DefaultValueFactory = _ => 0,
        HelpName = "number",
    }.NotNegative();

    /// <summary>An option that is there or not.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>Adds several options to a command.</summary>
    public static void Add(this Command command, IEnumerable<Option> options)
    {
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether an option or argument stands on the command line.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
