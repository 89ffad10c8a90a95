using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Reads lists of names with options, separated by commas.</summary>
internal static class NameList
{
    /// <summary>Returns the names of the lists of an option, each checked.</summary>
    /// <param name="option">The option.</param>
    /// <param name="lists">Its values.</param>
    /// <param name="what">What a name is, with its article.</param>
    /// <param name="parse">Parses a name with its options.</param>
    /// <exception cref="ToolException">A name cannot be parsed.</exception>
    public static ValueList<string> Read<T>(Option<string[]> option, string[] lists, string what, Func<string, T> parse)
    {
        return [.. lists.SelectMany(list => Split(list).Select(part => Checked(part, list)))];

        // A decimal comma leaves a part that begins with a digit; no name does.
        string Checked(string part, string list)
        {
            if (char.IsAsciiDigit(part[0]))
            {
                throw new ToolException($"'{part}' in '{list}' of {option.Name} is not {what}.{NumberText.Hint(list)}");
            }

            GanTrainingOptions.Named(option, part, parse);
            return part;
        }
    }

    // An option=value belongs to the name before it: hinge,least-squares:a=-1,c=0 has two names.
    static IEnumerable<string> Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Aggregate(new List<string>(),
            static (names, part) =>
                part.Contains('=') && !part.Contains(':') && names.Count > 0 ? [.. names[..^1], $"{names[^1]},{part}"] : [.. names, part]);
}
