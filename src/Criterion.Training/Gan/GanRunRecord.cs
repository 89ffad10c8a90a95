using Criterion.Schedules;

namespace Criterion.Training;

/// <summary>The content of <c>run.json</c> for a GAN.</summary>
public sealed record GanRunRecord : RunRecord
{
    /// <summary>Gets the options of the training.</summary>
    public required GanOptions Options { get; init; }

    /// <summary>Gets the networks.</summary>
    public required GanNetworks Networks { get; init; }

    /// <summary>Gets the optimizers that the program created itself; null for those of the options.</summary>
    public GanOptimizersRecord? Optimizers { get; init; }

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

    /// <summary>Refuses to continue a run of which a program defines parts that were not supplied.</summary>
    /// <exception cref="CustomPartException">
    /// The networks, the objective, a penalty, the schedule or an optimizer is such a part.
    /// </exception>
    internal void CheckComplete()
    {
        string? program = (Networks as CustomNetworks)?.Program;
        CustomPartException? missing = Networks is CustomNetworks networks ? networks.Missing()
            : Options.Objective is RecordedGanLoss objective ? objective.Missing()
            : Options.Regularizers.Select(static one => one.Penalty).OfType<RecordedPenalty>().FirstOrDefault() is { } penalty
                ? penalty.Missing()
            : Optimizers is not null ? CustomPartException.Of("optimizers", program)
            : Options.Schedule is LambdaSchedule ? CustomPartException.Of("schedule", program)
            : null;
        if (missing is not null)
        {
            throw missing;
        }
    }

    internal override StepColumns Columns => GanStep.Columns;
}

/// <summary>The description of optimizers that a program creates itself.</summary>
public sealed record GanOptimizersRecord
{
    /// <summary>Gets the optimizer of the generator, such as <c>SGD (momentum 0.9)</c>; null for that of the options.</summary>
    public string? Generator { get; init; }

    /// <summary>Gets the optimizer of the discriminator; null for that of the options.</summary>
    public string? Discriminator { get; init; }

    /// <summary>Describes the optimizers of a trainer that are not those of the options; null if there are none.</summary>
    internal static GanOptimizersRecord? Of(GanOptimizers? optimizers, GanTrainer trainer) =>
        optimizers is null or { Generator: null, Discriminator: null } ? null : new GanOptimizersRecord
        {
            Generator = optimizers.Generator is null ? null : CustomKind.Of(trainer.GeneratorOptimizer).ToString(),
            Discriminator = optimizers.Discriminator is null ? null : CustomKind.Of(trainer.DiscriminatorOptimizer).ToString(),
        };
}
