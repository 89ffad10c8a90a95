namespace Criterion.Training;

/// <summary>The record of one training step of a GAN.</summary>
public readonly record struct GanStep : IRunStep
{
    const string Losses = "Losses";
    const string Scores = "Scores of the discriminator";
    const string Norms = "Gradient norms";

    /// <inheritdoc/>
    public static StepColumns Columns { get; } = StepColumns.Of<GanStep>();

    /// <inheritdoc/>
    [StepColumn("step", "Number of the step, from 1", IsCharted = false)]
    public long Step { get; init; }

    /// <summary>Gets the loss of the discriminator without penalties, before its last update.</summary>
    [StepColumn("discriminator_loss", "Loss of the discriminator without penalties, before its last update", Chart = Losses)]
    public double DiscriminatorLoss { get; init; }

    /// <summary>Gets the loss of the generator, after the update of the discriminator.</summary>
    [StepColumn("generator_loss", "Loss of the generator, after the update of the discriminator", Chart = Losses)]
    public double GeneratorLoss { get; init; }

    /// <summary>Gets D(real): the mean probability of being real if the objective is logistic, the mean score otherwise.</summary>
    [StepColumn(
        "d_real", "Mean probability of being real if the objective is logistic, "
            + "mean score otherwise", Label = "D(real)", Chart = Scores, IsExplained = true)]
    public double RealScore { get; init; }

    /// <summary>Gets D(fake): as <see cref="RealScore"/>, for generated samples.</summary>
    [StepColumn("d_fake", "As D(real), for generated samples", Label = "D(fake)", Chart = Scores)]
    public double FakeScore { get; init; }

    /// <summary>Gets the sum of the weighted penalties; 0 if there are none.</summary>
    [StepColumn("penalty", "Sum of the weighted penalties", IsOmittedWhenZero = true, MayBeLog = true)]
    public double Penalty { get; init; }

    /// <summary>Gets the norm of the gradient over all parameters of the discriminator.</summary>
    [StepColumn(
        "discriminator_gradient_norm", "Norm of the gradient over all parameters of the discriminator", Chart = Norms, MayBeLog = true)]
    public double DiscriminatorGradientNorm { get; init; }

    /// <summary>Gets the norm of the gradient over all parameters of the generator.</summary>
    [StepColumn(
        "generator_gradient_norm", "Norm of the gradient over all parameters "
            + "of the generator", Chart = Norms, MayBeLog = true, IsCompared = true)]
    public double GeneratorGradientNorm { get; init; }

    /// <summary>Gets the share of pairs in which the discriminator ranks a real sample above a generated one; 0.5 is chance.</summary>
    [StepColumn(
        "accuracy", "Share of pairs in which a real sample scores above a generated one; 0.5 is chance",
        Chart = "Accuracy of the discriminator", IsExplained = true, IsCompared = true)]
    public double Accuracy { get; init; }

    /// <summary>Gets the root mean square distance between generated samples, as a multiple of that between real ones.</summary>
    [StepColumn(
        "diversity", "Root mean square distance between generated samples, as a multiple of that between real ones",
        Chart = "Diversity of the samples", IsExplained = true, IsCompared = true)]
    public double Diversity { get; init; }

    /// <summary>
    /// Gets the root mean square distance between generated samples of one class, as a multiple of that between real ones; 0 without
    /// classes, and where no class has two samples in the batch.
    /// </summary>
    [StepColumn(
        "class_diversity", "Root mean square distance between generated samples of one class, as a multiple of that between real ones",
        Chart = "Diversity of the samples", IsExplained = true, IsOmittedWhenZero = true)]
    public double ClassDiversity { get; init; }

    /// <summary>Gets the probability p of each part of an adaptive augmentation, after the step; 0 without one.</summary>
    [StepColumn(
        "augmentation", "Probability of each part of the adaptive augmentation; beyond 0.8 it may leak into samples",
        IsOmittedWhenZero = true, IsExplained = true)]
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
        $"loss D {StepText.Column(DiscriminatorLoss)} G {StepText.Column(GeneratorLoss)}  D(real) {NumberText.Fixed(RealScore, 2)} D(fake) "
            + $"{NumberText.Fixed(FakeScore, 2)}"
        + StepText.Skipped(Skipped);
}
