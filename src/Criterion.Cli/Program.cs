using Criterion;
using Criterion.Cli;

using StopSignals signals = new();
ToolConsole console = ToolConsole.System();
if (Compute.VectorAdvice is { } advice)
{
    console.Error.WriteLine($"criterion: {advice}");
}

return Tool.Run(args, console, signals.Listen);
