namespace Criterion.Training;

/// <summary>When generated samples are measured while a GAN trains. That changes nothing of the training: all of it has random numbers of its own.</summary>
/// <param name="Every">Steps between two measurements; there is one at the end too.</param>
/// <param name="Samples">Samples that are drawn for one, the same latents each time: those of <c>criterion evaluate</c>.</param>
public sealed record MeasureOptions(int Every, int Samples = 5000)
{
    /// <inheritdoc cref="MeasureOptions"/>
    public int Every { get; init; } = Every >= 1
        ? Every
        : throw new TrainingException($"Samples are measured every so many steps, at least 1, and not {Every}.");

    /// <inheritdoc cref="MeasureOptions"/>
    public int Samples { get; init; } = Samples >= 2
        ? Samples
        : throw new TrainingException($"A distance between distributions needs 2 samples or more, and not {Samples}.");
}
