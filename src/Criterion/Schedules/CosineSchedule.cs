namespace Criterion.Schedules;

/// <summary>
/// A change along half a cosine, slow at both ends and constant before and after it: to + (from − to) · (1 + cos π p) / 2, where
/// p = (step − start) / steps. As the factor of a learning rate it matches <c>CosineAnnealingLR</c> of PyTorch, with
/// <see cref="IsPeriodic"/> also beyond its period. Source: Loshchilov and Hutter, SGDR, 2017.
/// </summary>
public sealed record CosineSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="from">The value up to the start; must be finite.</param>
    /// <param name="to">The value at the end; must be finite.</param>
    /// <param name="steps">The steps of the change; at least 1.</param>
    /// <param name="start">The step at which the change begins. Default: 0.</param>
    public CosineSchedule(double from, double to, long steps, long start = 0) => (From, To, Steps, Start) = (from, to, steps, start);

    /// <summary><inheritdoc cref="CosineSchedule(double, double, long, long)" path="/param[@name='start']/node()"/></summary>
    public long Start { get; init; }

    /// <summary><inheritdoc cref="CosineSchedule(double, double, long, long)" path="/param[@name='from']/node()"/></summary>
    public double From { get; init => field = Finite(value); }

    /// <summary><inheritdoc cref="CosineSchedule(double, double, long, long)" path="/param[@name='to']/node()"/></summary>
    public double To { get; init => field = Finite(value); }

    /// <summary><inheritdoc cref="CosineSchedule(double, double, long, long)" path="/param[@name='steps']/node()"/></summary>
    public long Steps { get; init => field = Positive(value); }

    /// <summary>Gets whether the value returns along the cosine after the end, instead of staying constant. Default: false.</summary>
    public bool IsPeriodic { get; init; }

    // The distance from the end value is scaled, as in PyTorch. Where that distance was 0 there is no ratio, and the value rises by
    // what it rises by alone.
    internal override double After(double present, double start, long step)
    {
        if (step == 0)
        {
            return present * At(0);
        }

        (double before, double now) = (Height(step - 1), Height(step));
        return before == now ? present
            : IsFoot(step - 1) ? present + (start * (From - To) * now)
            : (start * To) + ((present - (start * To)) * (now / before));
    }

    private protected override double Value(long step) => To + ((From - To) * Height(step));

    double Height(long step)
    {
        double progress = IsPeriodic ? Math.Max(0, step - Start) / (double)Steps : Progress(step, Start, Steps);
        return (1 + Math.Cos(Math.PI * progress)) / 2;
    }

    bool IsFoot(long step) => (step - Start - Steps) % (2 * Steps) == 0;
}
