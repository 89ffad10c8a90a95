using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Everything that decides how a GAN is trained, apart from its networks and data. The defaults are DCGAN's.</summary>
public sealed record GanOptions
{
    /// <summary>What the two players minimise.</summary>
    public AdversarialObjective Objective { get; init; } = new NonSaturating();

    /// <summary>What keeps the discriminator's slope in check, or null.</summary>
    public SlopePenalty? Penalty { get; init; }

    /// <summary>Discriminator steps, each on a fresh batch, for one generator step.</summary>
    public int DiscriminatorSteps { get; init; } = 1;

    /// <summary>Adam's learning rate for the discriminator.</summary>
    public double DiscriminatorLearningRate { get; init; } = 2e-4;

    /// <summary>Adam's learning rate for the generator.</summary>
    public double GeneratorLearningRate { get; init; } = 2e-4;

    /// <summary>Adam's β₁ for both players.</summary>
    public double Beta1 { get; init; } = 0.5;

    /// <summary>Adam's β₂ for both players.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Images in a batch.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Random numbers that make an image.</summary>
    public int Latent { get; init; } = 64;

    /// <summary>Generator steps to train for.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Decides every random number: the same seed gives the same weights, on any number of threads.</summary>
    public ulong Seed { get; init; }

    /// <summary>The stream of random numbers for one part of the training.</summary>
    internal RandomStream Random(RandomPart part) => new RandomStream(Seed).Fork((ulong)part);

    /// <summary>Refuses what can't be trained.</summary>
    /// <exception cref="TrainingException">An option is out of range.</exception>
    internal void Check()
    {
        AtLeastOne(DiscriminatorSteps, "discriminator steps");
        AtLeastOne(BatchSize, "images in a batch");
        AtLeastOne(Latent, "latent numbers");
        AtLeastOne(Steps, "steps");
    }

    static void AtLeastOne(int value, string what)
    {
        if (value < 1)
        {
            throw new TrainingException($"The number of {what} must be at least 1, and is {value}.");
        }
    }
}

/// <summary>The parts of a training that draw random numbers, each from a stream of its own.</summary>
internal enum RandomPart : ulong
{
    GeneratorWeights = 1,
    DiscriminatorWeights,
    Latents,
    DataOrder,
    Penalty,
    Samples,
}
