namespace Criterion.Training;

/// <summary>The content of <c>run.json</c> for a GAN.</summary>
public sealed record GanRunRecord : RunRecord
{
    /// <summary>Gets the options of the training.</summary>
    public required GanOptions Options { get; init; }

    /// <summary>Gets the networks.</summary>
    public required GanNetworks Networks { get; init; }

    /// <summary>Gets the data.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>Gets the arguments that the data were loaded with, which resuming needs; null for data made in memory.</summary>
    public DataArguments? Load { get; init; }

    /// <summary>Gets the modes that the generator covers at the end; null for data whose modes are not known.</summary>
    public ModeCoverage? Modes { get; init; }

    /// <summary>Gets when samples are measured; null for never.</summary>
    public MeasureOptions? Measure { get; init; }

    /// <summary>Gets the last measurement.</summary>
    public SampleQuality? Quality { get; init; }

    /// <inheritdoc/>
    public override int Steps => Options.Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<DataRecord> Datasets => [Data];

    internal override StepColumns Columns => GanStep.Columns;
}
