using BenchmarkDotNet.Running;
using Criterion.Benchmarks;

// dotnet run -c Release --project bench/Criterion.Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(LossBenchmarks).Assembly).Run(args);
