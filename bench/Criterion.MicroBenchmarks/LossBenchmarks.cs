using BenchmarkDotNet.Attributes;
using Criterion.Losses;

namespace Criterion.MicroBenchmarks;

/// <summary>What a loss costs: its value alone, with its gradient, and as a graph of tensor operations.</summary>
[MemoryDiagnoser]
public class LossBenchmarks
{
    readonly BothWays _loss = new();
    Tensor _prediction = Tensor.Zeros([1]);
    Tensor _target = Tensor.Zeros([1]);

    [Params(1_000, 100_000, 4_000_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void MakeInputs()
    {
        _prediction = Tensor.Randn([Count]);
        _target = Tensor.Randn([Count]);
        _prediction.RequiresGrad = true;
    }

    [Benchmark(Baseline = true)]
    public double Value()
    {
        using TensorScope scope = new();
        using (Autograd.NoGrad())
        {
            return _loss.Fused(_prediction, _target).Item();
        }
    }

    [Benchmark]
    public double ValueAndGradient()
    {
        using TensorScope scope = new();
        return Autograd.Grad(_loss.Fused(_prediction, _target), _prediction)[0].Item();
    }

    [Benchmark]
    public double Composed()
    {
        using TensorScope scope = new();
        return Autograd.Grad(BothWays.Composed(_prediction, _target), _prediction)[0].Item();
    }
}

/// <summary>One loss twice: as a formula, and as a user without one would write it.</summary>
internal sealed class BothWays
{
    readonly MSELoss _fused = new();

    public Tensor Fused(Tensor prediction, Tensor target) => _fused.Forward(prediction, target);

    public static Tensor Composed(Tensor prediction, Tensor target)
    {
        Tensor difference = prediction - target;
        return (difference * difference).Mean();
    }
}
