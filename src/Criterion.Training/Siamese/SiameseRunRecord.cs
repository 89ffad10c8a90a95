namespace Criterion.Training;

/// <summary>What <c>run.json</c> says of a Siamese network.</summary>
public sealed record SiameseRunRecord : RunRecord
{
    /// <summary>Every option of the training, the seed among them.</summary>
    public required SiameseOptions Options { get; init; }

    /// <summary>The encoder.</summary>
    public required EmbeddingNetwork Encoder { get; init; }

    /// <summary>All images, those of the held-out classes among them.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>How well held-out classes are told apart; null before the end.</summary>
    public EmbeddingQuality? Quality { get; init; }

    /// <inheritdoc/>
    public override int Steps => Options.Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<DataRecord> Datasets => [Data];
}
