namespace Criterion.Training;

/// <summary>The content of <c>run.json</c> for a CycleGAN.</summary>
public sealed record CycleGanRunRecord : UnpairedRunRecord<CycleGanOptions>
{
    /// <summary>Gets the quality of the translations at the end; null before, and for data without pairs.</summary>
    public TranslationQuality? Quality { get; init; }

    internal override StepColumns Columns => CycleStep.Columns;
}
