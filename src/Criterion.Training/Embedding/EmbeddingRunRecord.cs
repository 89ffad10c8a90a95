namespace Criterion.Training;

/// <summary>The content of <c>run.json</c> for an encoder of images.</summary>
public sealed record EmbeddingRunRecord : RunRecord
{
    /// <summary>Gets the options of the training.</summary>
    public required EmbeddingOptions Options { get; init; }

    /// <summary>Gets the encoder.</summary>
    public required EmbeddingNetwork Encoder { get; init; }

    /// <summary>Gets the images, those of the held-out classes included.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>Gets the arguments that the images were loaded with, which resuming needs; null for data made in memory.</summary>
    public DataArguments? Load { get; init; }

    /// <summary>Gets the quality of the embeddings of held-out classes at the end; null before.</summary>
    public EmbeddingQuality? Quality { get; init; }

    /// <inheritdoc/>
    public override int Steps => Options.Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<DataRecord> Datasets => [Data];

    internal override StepColumns Columns => EmbeddingStep.Columns;
}
