using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Criterion.Cli;

/// <summary>
/// Writes the help of a command without the arguments of its parents, such as the recipe of <c>train</c>, which a subcommand does not take.
/// </summary>
/// <param name="width">The columns to wrap at.</param>
internal sealed class SubcommandHelp(int width) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        SymbolResult at = parseResult.CommandResult;
        while (at.Parent is CommandResult above)
        {
            foreach (Argument argument in above.Command.Arguments)
            {
                argument.Hidden = true;
            }

            at = above;
        }

        return new HelpAction { MaxWidth = width }.Invoke(parseResult);
    }
}
