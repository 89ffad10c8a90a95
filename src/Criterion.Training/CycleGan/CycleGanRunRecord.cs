namespace Criterion.Training;

/// <summary>What <c>run.json</c> says of a CycleGAN.</summary>
public sealed record CycleGanRunRecord : RunRecord
{
    /// <summary>Every option of the training, the seed among them.</summary>
    public required CycleGanOptions Options { get; init; }

    /// <summary>The translators.</summary>
    public required ResnetTranslator Translator { get; init; }

    /// <summary>The discriminators.</summary>
    public required PatchDiscriminator Discriminator { get; init; }

    /// <summary>Images of domain A.</summary>
    public required DataRecord A { get; init; }

    /// <summary>Images of domain B.</summary>
    public required DataRecord B { get; init; }

    /// <summary>How images of A were loaded; null for the garments and their sketches.</summary>
    public DataArguments? LoadA { get; init; }

    /// <summary>How images of B were loaded; null for the garments and their sketches.</summary>
    public DataArguments? LoadB { get; init; }

    /// <summary>How near translations come to the truth, where it is known: null before the end, and for data without pairs.</summary>
    public TranslationQuality? Quality { get; init; }

    /// <inheritdoc/>
    public override int Steps => Options.Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<DataRecord> Datasets => [A, B];
}
