namespace Criterion.Schedules;

/// <summary>
/// A linear change, constant before and after it: from + (to − from) · (step − start) / steps. From 0 it is a warm-up. As the factor of a
/// learning rate it matches <c>LinearLR</c> of PyTorch.
/// </summary>
/// <param name="From">The value up to the start; must be finite.</param>
/// <param name="To">The value from the end on; must be finite.</param>
/// <param name="Steps">The steps of the change; at least 1.</param>
/// <param name="Start">The step at which the change begins. Default: 0.</param>
public sealed record LinearSchedule(double From, double To, long Steps, long Start = 0) : Schedule
{
    /// <inheritdoc cref="LinearSchedule(double, double, long, long)"/>
    public double From { get; init => field = Finite(value); } = Finite(From);

    /// <inheritdoc cref="LinearSchedule(double, double, long, long)"/>
    public double To { get; init => field = Finite(value); } = Finite(To);

    /// <inheritdoc cref="LinearSchedule(double, double, long, long)"/>
    public long Steps { get; init => field = Positive(value); } = Positive(Steps);

    private protected override double Value(long step) => From + ((To - From) * Progress(step, Start, Steps));
}
