namespace Criterion.Training;

/// <summary>The content of <c>run.json</c> for CUT.</summary>
public sealed record CutRunRecord : UnpairedRunRecord<CutOptions>
{
    /// <summary>Gets the units of each layer of the heads.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Gets the quality of the translations at the end; null before, and for data without pairs.</summary>
    public TranslationQuality.Direction? Quality { get; init; }

    internal override StepColumns Columns => CutStep.Columns;
}
