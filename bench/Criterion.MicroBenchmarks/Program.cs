using BenchmarkDotNet.Running;
using Criterion.MicroBenchmarks;

// dotnet run -c Release --project bench/Criterion.MicroBenchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(LossBenchmarks).Assembly).Run(args);
