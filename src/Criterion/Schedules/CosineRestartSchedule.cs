namespace Criterion.Schedules;

/// <summary>
/// Cycles, each along half a cosine: to + (from − to) · (1 + cos π p) / 2, where p is the part of the present cycle that is done. As the
/// factor of a learning rate it matches <c>CosineAnnealingWarmRestarts</c> of PyTorch, which overwrites what other schedules of the
/// optimizer did before. Source: Loshchilov and Hutter, SGDR, 2017.
/// </summary>
public sealed record CosineRestartSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="from">The value at the start of each cycle; must be finite.</param>
    /// <param name="to">The value that each cycle approaches; must be finite.</param>
    /// <param name="steps">The steps of the first cycle; at least 1.</param>
    /// <param name="growth">The length of each cycle relative to the one before; at least 1. Default: 1.</param>
    public CosineRestartSchedule(double from, double to, long steps, long growth = 1) =>
        (From, To, Steps, Growth) = (from, to, steps, growth);

    /// <summary><inheritdoc cref="CosineRestartSchedule(double, double, long, long)" path="/param[@name='from']/node()"/></summary>
    public double From { get; init => field = Finite(value); }

    /// <summary><inheritdoc cref="CosineRestartSchedule(double, double, long, long)" path="/param[@name='to']/node()"/></summary>
    public double To { get; init => field = Finite(value); }

    /// <summary><inheritdoc cref="CosineRestartSchedule(double, double, long, long)" path="/param[@name='steps']/node()"/></summary>
    public long Steps { get; init => field = Positive(value); }

    /// <summary><inheritdoc cref="CosineRestartSchedule(double, double, long, long)" path="/param[@name='growth']/node()"/></summary>
    public long Growth { get; init => field = Positive(value); }

    internal override double After(double present, double start, long step) => start * At(step);

    private protected override double Value(long step) => To + ((From - To) * (1 + Math.Cos(Math.PI * Done(step))) / 2);

    /// <summary>Returns the part of the present cycle that is done, in [0, 1).</summary>
    double Done(long step)
    {
        if (Growth == 1)
        {
            return step % Steps / (double)Steps;
        }

        long length = Steps;
        for (; step >= length; length = length > long.MaxValue / Growth ? long.MaxValue : length * Growth)
        {
            step -= length;
        }

        return step / (double)length;
    }
}
