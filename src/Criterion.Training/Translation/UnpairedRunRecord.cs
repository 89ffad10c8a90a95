namespace Criterion.Training;

/// <summary>The record of a training of translators between unpaired sets of images: the content of <c>run.json</c>.</summary>
/// <typeparam name="TOptions">The options of the training.</typeparam>
public abstract record UnpairedRunRecord<TOptions> : RunRecord
    where TOptions : UnpairedOptions
{
    private protected UnpairedRunRecord()
    {
    }

    /// <summary>Gets the options of the training.</summary>
    public required TOptions Options { get; init; }

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

    /// <inheritdoc/>
    public sealed override int Steps => Options.Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<DataRecord> Datasets => [A, B];

    /// <summary>Refuses data that differ from those of this run.</summary>
    /// <exception cref="TrainingException">They differ.</exception>
    internal void CheckSame(UnpairedImages images)
    {
        A.CheckSame(images.A);
        B.CheckSame(images.B);
    }

    /// <summary>Refuses images that the networks cannot process.</summary>
    /// <exception cref="TrainingException">A side has an unsuitable length.</exception>
    internal void CheckFits(Size2 size)
    {
        Translator.CheckKeeps(size);
        Discriminator.CheckFits(size);
    }
}
