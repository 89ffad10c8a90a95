using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Everything that decides how a CycleGAN is trained, apart from its networks and data. The defaults are the paper's.</summary>
public sealed record CycleGanOptions
{
    /// <summary>For small networks and images, such as garments and their sketches: a higher learning rate, and steps for minutes rather than days.</summary>
    public static CycleGanOptions Small { get; } = new() { LearningRate = 1e-3, Steps = 5000 };

    /// <summary>What translators and discriminators minimise.</summary>
    public GanLoss Objective { get; init; } = LeastSquaresGanLoss.CycleGan;

    /// <summary>What there and back must give.</summary>
    public CycleConsistencyLoss Cycle { get; init; } = new();

    /// <summary>What a translator does to images of its own target, or null; half as heavy as the cycle in the paper.</summary>
    public IdentityLoss? Identity { get; init; } = new();

    /// <summary>Adam's learning rate for all networks.</summary>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Adam's β₁.</summary>
    public double Beta1 { get; init; } = 0.5;

    /// <summary>Adam's β₂.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Images of each domain in a batch.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Images that each pool holds.</summary>
    public int PoolSize { get; init; } = 50;

    /// <summary>Steps to train for.</summary>
    public int Steps { get; init; } = 1500;

    /// <summary>Of these, steps at the full learning rate, in [0, 1]; then it falls in a line to 0.</summary>
    public double ConstantShare { get; init; } = 0.5;

    /// <summary>What to do when a loss or gradient is no number.</summary>
    public NanPolicy OnNan { get; init; }

    /// <summary>Decides every random number.</summary>
    public ulong Seed { get; init; }

    /// <summary>The share of the learning rate in a step, counted from 0.</summary>
    public double RateAt(long step)
    {
        double constant = ConstantShare * Steps;
        return step < constant ? 1 : Math.Max(0, (Steps - step) / (Steps - constant + 1));
    }

    /// <summary>Refuses what can't be trained.</summary>
    /// <exception cref="TrainingException">An option is out of range.</exception>
    internal void Check()
    {
        if (BatchSize < 1 || Steps < 1 || PoolSize < 0 || ConstantShare is not (>= 0 and <= 1))
        {
            throw new TrainingException(
                $"A CycleGAN needs a batch and steps of at least 1, a pool of at least 0 and a constant share in [0, 1]; these are {BatchSize}, {Steps}, {PoolSize} and {ConstantShare}.");
        }
    }
}
