namespace Criterion.Training;

/// <summary>The record of one training step on pairs of images.</summary>
public readonly record struct PairedStep : IRunStep
{
    const string TranslatorLosses = "Losses of the translator";

    /// <inheritdoc/>
    public static StepColumns Columns { get; } = StepColumns.Of<PairedStep>();

    /// <inheritdoc/>
    [StepColumn("step", "Number of the step, from 1", IsCharted = false)]
    public long Step { get; init; }

    /// <summary>Gets the loss of the pixels, without its weight.</summary>
    [StepColumn("pixel", "Loss of the pixels, without its weight", MayBeLog = true)]
    public double Pixel { get; init; }

    /// <summary>Gets the adversarial loss of the translator, without its weight; NaN in a step without a discriminator.</summary>
    [StepColumn("adversarial", "Adversarial loss of the translator, without its weight", Chart = TranslatorLosses)]
    public double Adversarial { get; init; }

    /// <summary>Gets the perceptual loss, without its weight; 0 without one.</summary>
    [StepColumn("perceptual", "Perceptual loss, without its weight", Chart = TranslatorLosses, IsOmittedWhenZero = true)]
    public double Perceptual { get; init; }

    /// <summary>Gets the loss of the discriminator; NaN in a step without one.</summary>
    [StepColumn("discriminator", "Loss of the discriminator")]
    public double Discriminator { get; init; }

    /// <summary>
    /// Gets the share of pairs of scores in which that of a patch of a real image is above that of an output; NaN in a step without a
    /// discriminator.
    /// </summary>
    [StepColumn("accuracy", "Share of real patches that score above those of outputs: 0.5 if they are not told apart")]
    public double Accuracy { get; init; }

    /// <summary>Gets the norm of the gradient over all parameters of the translator.</summary>
    [StepColumn("translator_gradient_norm", "Norm of the gradient over all parameters of the translator", MayBeLog = true)]
    public double TranslatorGradientNorm { get; init; }

    /// <summary>Gets the probability p of each part of an adaptive augmentation, after the step; 0 without one.</summary>
    [StepColumn("augmentation", "Probability of each part of the adaptive augmentation", IsOmittedWhenZero = true)]
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
        $"pixel {NumberText.Fixed(Pixel, 4)}"
        + (double.IsNaN(Discriminator) ? "" : $"  adversarial {StepText.Column(Adversarial)}  D {StepText.Column(Discriminator)}")
        + $"{(Perceptual > 0 ? $"  perceptual {StepText.Column(Perceptual)}" : "")}{StepText.Skipped(Skipped)}";
}
