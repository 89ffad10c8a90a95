namespace Criterion.Training;

/// <summary>
/// The measurements of generated samples during a GAN training. They use random numbers of their own and do not change the training.
/// </summary>
/// <param name="Every">The steps between two measurements; at least 1. The last step is also measured.</param>
/// <param name="Samples">
/// The samples of a measurement; at least 2. All use the latents of <c>criterion evaluate</c>. Default: 5,000.
/// </param>
public sealed record MeasureOptions(int Every, int Samples = 5000)
{
    /// <inheritdoc cref="MeasureOptions"/>
    public int Every { get; init; } = Every >= 1
        ? Every
        : throw new TrainingException($"{nameof(MeasureOptions)}.{nameof(Every)}: the value must be at least 1 step, but is {Every}. "
            + "Set a positive number.");

    /// <inheritdoc cref="MeasureOptions"/>
    public int Samples { get; init; } = Samples >= 2
        ? Samples
        : throw new TrainingException(
            $"{nameof(MeasureOptions)}.{nameof(Samples)}: a distance between distributions needs at least 2 samples, "
                + $"but this is {Samples}. Set more.");
}
