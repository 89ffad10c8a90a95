namespace Criterion.Training;

/// <summary>What <c>run.json</c> says of a GAN.</summary>
public sealed record GanRunRecord : RunRecord
{
    /// <summary>Every option of the training, the seed among them.</summary>
    public required GanOptions Options { get; init; }

    /// <summary>The networks.</summary>
    public required GanNetworks Networks { get; init; }

    /// <summary>The data.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>How the data were loaded, so that the run can go on; null for data that were made in memory.</summary>
    public DataArguments? Load { get; init; }

    /// <summary>The modes that the generator covers at the end; null for data whose modes are not known.</summary>
    public ModeCoverage? Modes { get; init; }

    /// <summary>When samples are measured; null where they are not.</summary>
    public MeasureOptions? Measure { get; init; }

    /// <summary>What was last measured.</summary>
    public SampleQuality? Quality { get; init; }

    /// <inheritdoc/>
    public override int Steps => Options.Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<DataRecord> Datasets => [Data];
}
