using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>The options of a CycleGAN training, apart from its networks and data. The defaults are those of the paper.</summary>
public sealed record CycleGanOptions : TrainingOptions
{
    /// <summary>Gets the declared options.</summary>
    public static TrainingOptionList Declared { get; } = TrainingOptionList.Of<CycleGanOptions>();

    /// <summary>
    /// Gets options for small networks and images, such as garments and their sketches: a higher learning rate, and steps for minutes
    /// instead of days.
    /// </summary>
    public static CycleGanOptions Small { get; } = new() { LearningRate = 1e-3, Steps = 5000 };

    /// <summary>Gets the adversarial objective. Default: least squares, as in the paper.</summary>
    [JsonConverter(typeof(GanLossConverter))]
    [TrainingOption(
        "objective", "Adversarial objective, as for the recipes", ValueName = "name",
        Default = "least-squares with the constants of the paper")]
    public GanLoss Objective { get; init; } = LeastSquaresGanLoss.CycleGan;

    /// <summary>Gets the cycle loss: the distance of an image from its translation there and back.</summary>
    public CycleConsistencyLoss Cycle { get; init; } = new();

    /// <summary>Gets the identity loss: the distance of an image of the target domain from its translation. Null for none.</summary>
    public IdentityLoss? Identity { get; init; } = new();

    /// <summary>Gets the steps to train for; at least 1. Default: 1,500.</summary>
    [TrainingOption("steps", "Steps to train for", ValueName = "count", Range = "[1, 2147483647]")]
    public int Steps { get; init; } = 1500;

    /// <summary>Gets the images of each domain in a batch; from 1 to 4,096. Default: 1.</summary>
    [TrainingOption("batch", "Images of each domain in a batch; 1 in the paper", ValueName = "count", Range = "[1, 4096]")]
    public int BatchSize { get; init; } = 1;

    /// <summary>Gets the learning rate of Adam for all networks; not negative. Default: 2e-4.</summary>
    [TrainingOption("lr", "Learning rate of Adam, for all networks; 2e-4 in the paper", ValueName = "rate", Range = "[0, ∞)")]
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Gets the β₁ of Adam, in [0, 1). Default: 0.5.</summary>
    [TrainingOption("beta1", "Decay of Adam's mean of gradients per step; 0 for no momentum", ValueName = "decay", Range = "[0, 1)")]
    public double Beta1 { get; init; } = 0.5;

    /// <summary>Gets the β₂ of Adam, in [0, 1). Default: 0.999.</summary>
    [TrainingOption("beta2", "Decay of Adam's mean of squared gradients per step", ValueName = "decay", Range = "[0, 1)")]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Gets the images in each pool; 0 for no pool. Default: 50.</summary>
    [TrainingOption(
        "pool", "Earlier translations that each discriminator is also trained on; 0 for none", ValueName = "count", Range = "[0, 65536]")]
    public int PoolSize { get; init; } = 50;

    /// <summary>
    /// Gets the share of the steps with the full learning rate, in [0, 1]; over the others it falls linearly to 0. Default: 0.5.
    /// </summary>
    [TrainingOption(
        "constant-share", "Share of the steps with the full learning rate; over the others it falls linearly to 0",
        ValueName = "share", Range = "[0, 1]")]
    public double ConstantShare { get; init; } = 0.5;

    /// <summary>
    /// Gets the augmentation of the images that the discriminators see in the steps of all networks. Default:
    /// <see cref="Augmentation.Automatic"/> by the smaller domain, which is none in a <see cref="CycleGanTrainer"/> without a
    /// <see cref="CycleGanRun"/>.
    /// </summary>
    [TrainingOption(
        "augment", AugmentationText.Description, ValueName = "parts", Default = AugmentationText.Default)]
    public Augmentation Augment { get; init; } = Augmentation.Automatic;

    internal override TrainingOptionList List => Declared;

    /// <summary>Returns the factor of the learning rate in a step.</summary>
    /// <param name="step">The number of the step, from 0.</param>
    public double RateAt(long step) => LinearDecay.At(step, Steps, ConstantShare);
}
