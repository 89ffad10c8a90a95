namespace Criterion.Training;

/// <summary>
/// The measurements of generated samples during a GAN training. They use random numbers of their own and do not change the training.
/// </summary>
public sealed record MeasureOptions
{
    /// <summary>Initializes the options.</summary>
    /// <param name="every">The steps between two measurements; at least 1. The last step is also measured.</param>
    /// <param name="samples">
    /// The samples of a measurement; at least 2. All use the latents of <c>criterion evaluate</c>. Default: 5,000.
    /// </param>
    public MeasureOptions(int every, int samples = 5000) => (Every, Samples) = (every, samples);

    /// <summary><inheritdoc cref="MeasureOptions(int, int)" path="/param[@name='every']/node()"/></summary>
    public int Every
    {
        get;
        init => field = value >= 1
            ? value
            : throw new TrainingException($"{nameof(MeasureOptions)}.{nameof(Every)}: the value must be at least 1 step, but is {value}. "
                + "Set a positive number.");
    }

    /// <summary><inheritdoc cref="MeasureOptions(int, int)" path="/param[@name='samples']/node()"/></summary>
    public int Samples
    {
        get;
        init => field = value >= 2
            ? value
            : throw new TrainingException(
                $"{nameof(MeasureOptions)}.{nameof(Samples)}: a distance between distributions needs at least 2 samples, "
                    + $"but this is {value}. Set more.");
    }
}
