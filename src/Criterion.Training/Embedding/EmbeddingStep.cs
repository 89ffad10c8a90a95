namespace Criterion.Training;

/// <summary>The record of one training step of an encoder.</summary>
public readonly record struct EmbeddingStep : IRunStep
{
    /// <inheritdoc/>
    public static StepColumns Columns { get; } = StepColumns.Of<EmbeddingStep>();

    /// <inheritdoc/>
    [StepColumn("step", "Number of the step, from 1", IsCharted = false)]
    public long Step { get; init; }

    /// <summary>Gets the loss of the batch.</summary>
    [StepColumn("loss", "Loss of the batch", Chart = "Losses")]
    public double Loss { get; init; }

    /// <summary>Gets the loss that the batch would have if all embeddings were equal; NaN where that has none.</summary>
    [StepColumn("collapsed_loss", "Loss of the batch if all embeddings were equal", Label = "loss of equal embeddings", Chart = "Losses")]
    public double CollapsedLoss { get; init; }

    /// <summary>
    /// Gets the variance of the embeddings, scaled to length 1, around their mean: 0 if they are equal, near 1 in all directions.
    /// </summary>
    [StepColumn(
        "spread", "Variance of the embeddings of the batch: 0 if they are equal, near 1 in all directions",
        Chart = "Spread of the embeddings", IsCompared = true)]
    public double Spread { get; init; }

    /// <summary>Gets the norm of the gradient over all parameters.</summary>
    [StepColumn("gradient_norm", "Norm of the gradient over all parameters", Chart = "Gradient norms", MayBeLog = true, IsCompared = true)]
    public double GradientNorm { get; init; }

    /// <inheritdoc/>
    [StepColumn(
        "skipped", "Steps skipped so far because a loss or gradient was not finite", Chart = "Skipped steps", IsOmittedWhenZero = true)]
    public long Skipped { get; init; }

    /// <inheritdoc/>
    [StepColumn("seconds", "Duration of the step, in seconds", IsCharted = false, Format = "F6")]
    public double Seconds { get; init; }

    /// <inheritdoc/>
    public string Describe() =>
        $"loss {NumberText.Fixed(Loss, 4),6}  spread {NumberText.Fixed(Spread, 3),5}  gradient {NumberText.Fixed(GradientNorm, 3),6}"
        + StepText.Skipped(Skipped);
}
