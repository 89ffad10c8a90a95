namespace Criterion.Training;

/// <summary>The record of one training step of CUT.</summary>
public readonly record struct CutStep : IRunStep
{
    const string Losses = "Losses";

    /// <inheritdoc/>
    public static StepColumns Columns { get; } = StepColumns.Of<CutStep>();

    /// <inheritdoc/>
    [StepColumn("step", "Number of the step, from 1", IsCharted = false)]
    public long Step { get; init; }

    /// <summary>Gets the adversarial loss of the translator.</summary>
    [StepColumn("adversarial", "Adversarial loss of the translator", Chart = Losses)]
    public double Adversarial { get; init; }

    /// <summary>Gets the weighted contrast between images of A and their translations.</summary>
    [StepColumn("contrast", "Weighted contrast between patches of images of A and of their translations", Chart = Losses)]
    public double Contrast { get; init; }

    /// <summary>Gets the weighted contrast between images of B and their translations; 0 without one.</summary>
    [StepColumn(
        "identity", "Weighted contrast between patches of images of B and of their translations", Chart = Losses,
        IsOmittedWhenZero = true)]
    public double Identity { get; init; }

    /// <summary>Gets the loss of the discriminator.</summary>
    [StepColumn("discriminator", "Loss of the discriminator", Chart = Losses)]
    public double Discriminator { get; init; }

    /// <summary>Gets the norm of the gradient over all parameters of the translator and the heads.</summary>
    [StepColumn(
        "translator_gradient_norm", "Norm of the gradient over all parameters of the translator and the heads",
        Chart = "Gradient norms", MayBeLog = true)]
    public double TranslatorGradientNorm { get; init; }

    /// <summary>Gets the probability p of each part of an adaptive augmentation, after the step; 0 without one.</summary>
    [StepColumn(
        "augmentation", "Probability of each part of the adaptive augmentation", Chart = "Adaptive augmentation",
        IsOmittedWhenZero = true)]
    public double Augmentation { get; init; }

    /// <inheritdoc/>
    [StepColumn(
        "skipped", "Steps skipped so far because a loss or gradient was not finite", Chart = "Skipped steps", IsOmittedWhenZero = true)]
    public long Skipped { get; init; }

    /// <inheritdoc/>
    [StepColumn("seconds", "Duration of the step, in seconds", IsCharted = false, Format = "F6")]
    public double Seconds { get; init; }

    /// <inheritdoc/>
    public string Describe() =>
        $"adversarial {StepText.Column(Adversarial)}  contrast {StepText.Column(Contrast)}  identity {StepText.Column(Identity)}  "
        + $"D {StepText.Column(Discriminator)}"
        + StepText.Skipped(Skipped);
}
