using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Everything that decides how a GAN is trained, apart from the size of its networks and its data. The defaults are DCGAN's.</summary>
public sealed record GanOptions
{
    /// <summary>What the two players minimise.</summary>
    public GanLoss Objective { get; init; } = new NonSaturatingGanLoss();

    /// <summary>What keeps the discriminator in check.</summary>
    [JsonConverter(typeof(ValueListConverter<Regularizer>))]
    public ValueList<Regularizer> Regularizers { get; init; } = [];

    /// <summary>The box in which the discriminator's weights are held after each of its steps, or null.</summary>
    public WeightClip? Clip { get; init; }

    /// <summary>Discriminator steps, each on a fresh batch, for one generator step.</summary>
    public int DiscriminatorSteps { get; init; } = 1;

    /// <summary>What moves the weights of both players.</summary>
    public GanOptimizer Optimizer { get; init; }

    /// <summary>The learning rate for the discriminator.</summary>
    public double DiscriminatorLearningRate { get; init; } = 2e-4;

    /// <summary>The learning rate for the generator.</summary>
    public double GeneratorLearningRate { get; init; } = 2e-4;

    /// <summary>Adam's β₁ for both players.</summary>
    public double Beta1 { get; init; } = 0.5;

    /// <summary>Adam's β₂ for both players.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>How much of the running average of the generator's weights each step keeps, in [0, 1); 0 is no average. Samples are drawn from the average.</summary>
    public double AverageDecay { get; init; }

    /// <summary>How <see cref="BoundaryEquilibriumGanLoss"/> is kept in balance, from its k at the start on; not used with other objectives.</summary>
    public BoundaryEquilibriumController Equilibrium { get; init; } = new();

    /// <summary>The weight of the classes for images that have labels (ACGAN); 0 is no classes.</summary>
    public double ClassWeight { get; init; }

    /// <summary>Features of the discriminator that the generator matches beside the objective, or null.</summary>
    public FeatureMatching? FeatureMatching { get; init; }

    /// <summary>What the discriminator's layers are normalised by; if not given, batch norm, or nothing for points and where a penalty needs the slope of each image.</summary>
    public DiscriminatorNorm? DiscriminatorNorm { get; init; }

    /// <summary>What the discriminator says of an image; if not given, what the objective takes.</summary>
    public DiscriminatorOutput? DiscriminatorOutput { get; init; }

    /// <summary>Images in a batch.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Random numbers that make an image.</summary>
    public int Latent { get; init; } = 64;

    /// <summary>Generator steps to train for.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>What to do when a loss or gradient is no number.</summary>
    public NanPolicy OnNan { get; init; }

    /// <summary>Decides every random number: the same seed gives the same weights, on any number of threads.</summary>
    public ulong Seed { get; init; }

    /// <summary>The pair of networks that these options ask for.</summary>
    /// <param name="data">What they are for.</param>
    /// <param name="width">Channels of the layer next to an image, or units of a layer for points; 32 and 128 if not given.</param>
    /// <exception cref="TrainingException">Images are not square, of no size that a DCGAN makes, or data lack labels that are needed.</exception>
    public GanNetworks Networks(Dataset data, int? width = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        GanNetworks networks = data is ImageDataset images
            ? Dcgan.For(images, width ?? 32, Latent, DiscriminatorNorm ?? DefaultNorm)
            : new PointNetworks(width ?? 128, Latent, DiscriminatorNorm ?? Training.DiscriminatorNorm.None);
        return networks with { DiscriminatorOutput = DiscriminatorOutput ?? DefaultOutput, Classes = ClassWeight > 0 ? data.Classes() : 0 };
    }

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
        if (AverageDecay is not (>= 0 and < 1))
        {
            throw new TrainingException($"The decay of the generator's average must be in [0, 1), and is {AverageDecay}.");
        }

        if (ClassWeight is not (>= 0 and < double.PositiveInfinity))
        {
            throw new TrainingException($"The weight of the classes must be a number, not negative, and is {ClassWeight}.");
        }

        if (DiscriminatorOutput is { } output && !Takes(output))
        {
            throw new TrainingException($"{Objective.GetType().Name} takes no {output} of the discriminator. Leave out DiscriminatorOutput, or set {DefaultOutput}.");
        }

        Regularizer.Check(Regularizers);
    }

    DiscriminatorOutput DefaultOutput => Objective switch
    {
        EnergyBasedGanLoss => Training.DiscriminatorOutput.SquaredError,
        BoundaryEquilibriumGanLoss => Training.DiscriminatorOutput.AbsoluteError,
        ProbabilityGanLoss => Training.DiscriminatorOutput.Probability,
        _ => Training.DiscriminatorOutput.Logit,
    };

    // Either error is an energy.
    bool Takes(DiscriminatorOutput output) => output == DefaultOutput
        || (Objective is EnergyBasedGanLoss or BoundaryEquilibriumGanLoss && output is Training.DiscriminatorOutput.AbsoluteError or Training.DiscriminatorOutput.SquaredError);

    DiscriminatorNorm DefaultNorm => Regularizers.Any(static regularizer => regularizer.Penalty is InputGradientPenalty { AllowBatchCoupling: false })
        ? Training.DiscriminatorNorm.None
        : Training.DiscriminatorNorm.Batch;

    static void AtLeastOne(int value, string what)
    {
        if (value < 1)
        {
            throw new TrainingException($"The number of {what} must be at least 1, and is {value}.");
        }
    }
}

/// <summary>What moves a player's weights.</summary>
public enum GanOptimizer
{
    /// <summary>Adam, with the betas of the options.</summary>
    Adam,

    /// <summary>RMSprop with α 0.99: Wasserstein critics with clipped weights do badly with momentum.</summary>
    RMSprop,
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
    Labels,
    Modes,
}
