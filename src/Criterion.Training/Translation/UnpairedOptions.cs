using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// The options that trainings of translators between unpaired sets of images share. The defaults are those of CycleGAN's paper, which CUT
/// keeps.
/// </summary>
public abstract record UnpairedOptions : TranslatorOptions
{
    private protected UnpairedOptions()
    {
    }

    /// <summary>Gets the adversarial objective. Default: least squares, as in the paper.</summary>
    [JsonConverter(typeof(GanLossConverter))]
    [TrainingOption(
        "objective", "Adversarial objective, as for the recipes", ValueName = "name",
        Default = "least-squares with the constants of the paper")]
    public GanLoss Objective { get; init; } = LeastSquaresGanLoss.CycleGan;

    /// <summary>Gets the steps to train for; at least 1. Default: 1,500.</summary>
    [TrainingOption("steps", "Steps to train for", ValueName = "count", Range = "[1, 2147483647]")]
    public int Steps { get; init; } = 1500;

    /// <summary>Gets the images of each domain in a batch; from 1 to 4,096. Default: 1.</summary>
    [TrainingOption("batch", "Images of each domain in a batch; 1 in the paper", ValueName = "count", Range = "[1, 4096]")]
    public int BatchSize { get; init; } = 1;

    /// <summary>
    /// Gets the augmentation of the images that the discriminators see in the steps of all networks. Default:
    /// <see cref="Augmentation.Automatic"/> by the smaller domain, which is none in a trainer without a run.
    /// </summary>
    [TrainingOption(
        "augment", AugmentationText.Description, ValueName = "parts", Default = AugmentationText.Default)]
    public Augmentation Augment { get; init; } = Augmentation.Automatic;

    /// <summary>Returns the factor of the learning rate in a step.</summary>
    /// <param name="step">The number of the step, from 0.</param>
    public double RateAt(long step) => LinearDecay.FactorAt(step, Steps, ConstantShare);
}
