using Criterion.Cli;

using StopSignals signals = new();
return Tool.Run(args, ToolConsole.System(), signals.Listen);
