namespace Criterion.Training;

/// <summary>The content of <c>run.json</c> for a CycleGAN.</summary>
public sealed record CycleGanRunRecord : RunRecord
{
    /// <summary>Gets the options of the training.</summary>
    public required CycleGanOptions Options { get; init; }

    /// <summary>Gets the translators.</summary>
    public required ResnetTranslator Translator { get; init; }

    /// <summary>Gets the discriminators.</summary>
    public required PatchDiscriminator Discriminator { get; init; }

    /// <summary>Gets the images of domain A.</summary>
    public required DataRecord A { get; init; }

    /// <summary>Gets the images of domain B.</summary>
    public required DataRecord B { get; init; }

    /// <summary>Gets the arguments that the images of A were loaded with; null for the built-in garments and sketches.</summary>
    public DataArguments? LoadA { get; init; }

    /// <summary>Gets the arguments that the images of B were loaded with; null for the built-in garments and sketches.</summary>
    public DataArguments? LoadB { get; init; }

    /// <summary>Gets the quality of the translations at the end; null before, and for data without pairs.</summary>
    public TranslationQuality? Quality { get; init; }

    /// <inheritdoc/>
    public override int Steps => Options.Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<DataRecord> Datasets => [A, B];

    internal override StepColumns Columns => CycleStep.Columns;
}
