namespace Criterion.Training;

/// <summary>The record of one training step of a CycleGAN.</summary>
public readonly record struct CycleStep : IRunStep
{
    const string Losses = "Losses";
    const string Augmentations = "Adaptive augmentation";
    const string DiscriminatorLosses = "Losses of the discriminators";

    /// <inheritdoc/>
    public static StepColumns Columns { get; } = StepColumns.Of<CycleStep>();

    /// <inheritdoc/>
    [StepColumn("step", "Number of the step, from 1", IsCharted = false)]
    public long Step { get; init; }

    /// <summary>Gets the sum of the adversarial losses of both translators.</summary>
    [StepColumn("adversarial", "Sum of the adversarial losses of both translators", Chart = Losses)]
    public double Adversarial { get; init; }

    /// <summary>Gets the weighted cycle loss of both directions.</summary>
    [StepColumn("cycle", "Weighted cycle loss of both directions", Chart = Losses)]
    public double Cycle { get; init; }

    /// <summary>Gets the weighted identity loss of both directions; 0 without an identity loss.</summary>
    [StepColumn("identity", "Weighted identity loss of both directions", Chart = Losses, IsOmittedWhenZero = true)]
    public double Identity { get; init; }

    /// <summary>Gets the loss of the discriminator of domain A.</summary>
    [StepColumn("discriminator_a", "Loss of the discriminator of domain A", Chart = DiscriminatorLosses)]
    public double DiscriminatorA { get; init; }

    /// <summary>Gets the loss of the discriminator of domain B.</summary>
    [StepColumn("discriminator_b", "Loss of the discriminator of domain B", Chart = DiscriminatorLosses)]
    public double DiscriminatorB { get; init; }

    /// <summary>Gets the norm of the gradient over all parameters of both translators.</summary>
    [StepColumn(
        "translator_gradient_norm", "Norm of the gradient over all parameters of both translators",
        Chart = "Gradient norms", MayBeLog = true)]
    public double TranslatorGradientNorm { get; init; }

    /// <summary>Gets the probability p of each part of an adaptive augmentation of domain A, after the step; 0 without one.</summary>
    [StepColumn(
        "augmentation_a", "Probability of each part of the adaptive augmentation of domain A", Chart = Augmentations,
        IsOmittedWhenZero = true)]
    public double AugmentationA { get; init; }

    /// <summary>Gets the probability p of each part of an adaptive augmentation of domain B, after the step; 0 without one.</summary>
    [StepColumn(
        "augmentation_b", "Probability of each part of the adaptive augmentation of domain B", Chart = Augmentations,
        IsOmittedWhenZero = true)]
    public double AugmentationB { get; init; }

    /// <inheritdoc/>
    [StepColumn(
        "skipped", "Steps skipped so far because a loss or gradient was not finite", Chart = "Skipped steps", IsOmittedWhenZero = true)]
    public long Skipped { get; init; }

    /// <inheritdoc/>
    [StepColumn("seconds", "Duration of the step, in seconds", IsCharted = false, Format = "F6")]
    public double Seconds { get; init; }

    /// <inheritdoc/>
    public string Describe() =>
        $"adversarial {StepText.Column(Adversarial)}  cycle {StepText.Column(Cycle)}  identity {StepText.Column(Identity)}  "
        + $"D(A) {StepText.Column(DiscriminatorA)} D(B) {StepText.Column(DiscriminatorB)}{StepText.Skipped(Skipped)}";
}
