using Criterion.Optim;

namespace Criterion.Training;

/// <summary>The options of Adam that all trainings of translators share. The defaults are those of pix2pix, CycleGAN and CUT.</summary>
public abstract record TranslatorOptions : TrainingOptions
{
    private protected TranslatorOptions()
    {
    }

    /// <summary>Gets the learning rate of Adam for all networks; not negative. Default: 2e-4.</summary>
    [TrainingOption(
        "lr", "Learning rate of Adam, for all networks; in the papers 2e-4, and 1e-4 for super-resolution", ValueName = "rate",
        Range = "[0, ∞)")]
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Gets the β₁ of Adam, in [0, 1). Default: 0.5.</summary>
    [TrainingOption("beta1", "Decay of Adam's mean of gradients per step; 0 for no momentum", ValueName = "decay", Range = "[0, 1)")]
    public double Beta1 { get; init; } = 0.5;

    /// <summary>Gets the β₂ of Adam, in [0, 1). Default: 0.999.</summary>
    [TrainingOption("beta2", "Decay of Adam's mean of squared gradients per step", ValueName = "decay", Range = "[0, 1)")]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>
    /// Gets the share of the steps with the full learning rate, in [0, 1]; over the others it falls linearly to 0. Default: 0.5.
    /// </summary>
    [TrainingOption(
        "constant-share", "Share of the steps with the full learning rate; over the others it falls linearly to 0",
        ValueName = "share", Range = "[0, 1]")]
    public double ConstantShare { get; init; } = 0.5;

    /// <summary>Creates the optimizer of parameters.</summary>
    internal Adam Optimizer(IReadOnlyList<Tensor> parameters) => new(parameters, LearningRate, Beta1, Beta2);
}
