using Criterion.Losses;

namespace Criterion.Training;

/// <summary>The options of a CycleGAN training, apart from its networks and data. The defaults are those of the paper.</summary>
public sealed record CycleGanOptions : UnpairedOptions
{
    /// <summary>Gets the declared options.</summary>
    public static TrainingOptionList Declared { get; } = TrainingOptionList.Of<CycleGanOptions>();

    /// <summary>
    /// Gets options for small networks and images, such as garments and their sketches: a higher learning rate, and steps for minutes
    /// instead of days.
    /// </summary>
    public static CycleGanOptions Small { get; } = new() { LearningRate = 1e-3, Steps = 5000 };

    /// <summary>Gets the cycle loss: the distance of an image from its translation there and back.</summary>
    public CycleConsistencyLoss Cycle { get; init; } = new();

    /// <summary>Gets the identity loss: the distance of an image of the target domain from its translation. Null for none.</summary>
    public IdentityLoss? Identity { get; init; } = new();

    /// <summary>Gets the images in each pool; 0 for no pool. Default: 50.</summary>
    [TrainingOption(
        "pool", "Earlier translations that each discriminator is also trained on; 0 for none", ValueName = "count", Range = "[0, 65536]")]
    public int PoolSize { get; init; } = 50;

    internal override TrainingOptionList List => Declared;
}
