using System.CommandLine;
using System.Text;
using Criterion.Formats;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion report RUN</c>.</summary>
internal sealed class ReportCommand
{
    readonly Argument<string> _run = new("run") { Description = "Folder of a run, which may be running or interrupted" };

    readonly Option<string?> _out = new("--out")
    {
        Description = $"New file [default: {RunReport.Name} in the folder of the run, which is overwritten]",
        HelpName = "file",
    };

    public static Command Create(ToolConsole console) => new ReportCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("report",
            "Writes a self-contained HTML page about a run: curves, samples, results and findings. Every run writes one at its end.")
        {
            _run, _out,
        };
        command.SetAction(parsed => Run(parsed, console));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console)
    {
        string run = parsed.GetValue(_run)!;
        string file = parsed.GetValue(_out) is { } named ? Paths.ToCreate(named, _out.Name) : Path.Combine(run, RunReport.Name);
        string page = RunReport.Of(run);
        AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
        console.Output.WriteLine(file);
        return Tool.Success;
    }
}
