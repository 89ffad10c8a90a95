namespace Criterion.Training;

/// <summary>The options that every kind of training has, and the check of all declared options.</summary>
public abstract record TrainingOptions
{
    /// <summary>Gets the treatment of steps whose loss or gradient is not finite. Default: <see cref="NanPolicy.Stop"/>.</summary>
    [TrainingOption(
        "on-nan",
        "What to do when a loss or gradient is not finite: stop with an error that names the first such tensor, or skip the step",
        ValueName = "policy")]
    public NanPolicy OnNan { get; init; }

    /// <summary>Gets the seed of all random numbers: the same seed gives the same weights, on any number of threads. Default: 0.</summary>
    [TrainingOption(
        "seed", "Seed of all random numbers: the same seed gives the same weights, on any number of threads",
        ValueName = "number", Range = "[0, ∞)")]
    public ulong Seed { get; init; }

    /// <summary>Gets the declared options.</summary>
    internal abstract TrainingOptionList List { get; }

    /// <summary>Refuses options that cannot be trained with.</summary>
    /// <exception cref="TrainingException">An option is out of range, or options are incompatible.</exception>
    internal void Check()
    {
        foreach (TrainingOption option in List)
        {
            option.Check(this);
        }

        CheckTogether();
    }

    /// <summary>Refuses options that are incompatible with one another.</summary>
    /// <exception cref="TrainingException">They are.</exception>
    private protected virtual void CheckTogether()
    {
    }
}
