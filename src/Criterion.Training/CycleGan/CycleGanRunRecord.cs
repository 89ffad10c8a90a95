namespace Criterion.Training;

/// <summary>The content of <c>run.json</c> for a CycleGAN.</summary>
public sealed record CycleGanRunRecord : UnpairedRunRecord
{
    /// <summary>Gets the options of the training.</summary>
    public required CycleGanOptions Options { get; init; }

    /// <summary>Gets the quality of the translations at the end; null before, and for data without pairs.</summary>
    public TranslationQuality? Quality { get; init; }

    /// <inheritdoc/>
    public override int Steps => Options.Steps;

    internal override StepColumns Columns => CycleStep.Columns;
}
