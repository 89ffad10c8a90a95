using Criterion.Cli;

using StopSignals stop = new();
return Tool.Run(args, ToolConsole.System(), stop.Token);
