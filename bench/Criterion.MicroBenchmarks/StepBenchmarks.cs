using BenchmarkDotNet.Attributes;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.MicroBenchmarks;

/// <summary>What a training step costs with its memory from a <see cref="TensorScope"/> and from the garbage collector.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    readonly Sequential _network =
    [
        new Conv2d(3, 16, 4, stride: 2, padding: 1), new BatchNorm2d(16), new LeakyReLU(0.2), new Conv2d(16, 32, 4, stride: 2, padding: 1),
        new BatchNorm2d(32), new LeakyReLU(0.2), new Flatten(), new Linear(32 * 8 * 8, 1),
    ];

    readonly Tensor _images = Tensor.Randn([16, 3, 32, 32]);
    readonly Adam _optimizer;

    public StepBenchmarks() => _optimizer = new Adam(_network.Parameters());

    [Benchmark(Baseline = true)]
    public void InScope()
    {
        using TensorScope scope = new();
        Step();
    }

    [Benchmark]
    public void WithoutScope() => Step();

    void Step()
    {
        _optimizer.ZeroGrad();
        _network.Forward(_images).Pow(2).Mean().Backward();
        _optimizer.Step();
    }
}
