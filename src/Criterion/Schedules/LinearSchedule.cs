namespace Criterion.Schedules;

/// <summary>
/// A linear change, constant before and after it: from + (to − from) · (step − start) / steps. From 0 it is a warm-up. As the factor of a
/// learning rate it matches <c>LinearLR</c> of PyTorch.
/// </summary>
public sealed record LinearSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="from">The value up to the start; must be finite.</param>
    /// <param name="to">The value from the end on; must be finite.</param>
    /// <param name="steps">The steps of the change; at least 1.</param>
    /// <param name="start">The step at which the change begins. Default: 0.</param>
    public LinearSchedule(double from, double to, long steps, long start = 0) => (From, To, Steps, Start) = (from, to, steps, start);

    /// <summary><inheritdoc cref="LinearSchedule(double, double, long, long)" path="/param[@name='start']/node()"/></summary>
    public long Start { get; init; }

    /// <summary><inheritdoc cref="LinearSchedule(double, double, long, long)" path="/param[@name='from']/node()"/></summary>
    public double From { get; init => field = Finite(value); }

    /// <summary><inheritdoc cref="LinearSchedule(double, double, long, long)" path="/param[@name='to']/node()"/></summary>
    public double To { get; init => field = Finite(value); }

    /// <summary><inheritdoc cref="LinearSchedule(double, double, long, long)" path="/param[@name='steps']/node()"/></summary>
    public long Steps { get; init => field = Positive(value); }

    private protected override double Value(long step) => From + ((To - From) * Progress(step, Start, Steps));
}
