namespace Criterion.Schedules;

/// <summary>
/// A change by the same factor at every step: initial · factor^step. As the factor of a learning rate it matches <c>ExponentialLR</c> of
/// PyTorch.
/// </summary>
public sealed record ExponentialSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="initial">The value at the start; must be finite.</param>
    /// <param name="factor">The factor of each step; must be finite.</param>
    public ExponentialSchedule(double initial, double factor) => (Initial, Factor) = (initial, factor);

    /// <summary><inheritdoc cref="ExponentialSchedule(double, double)" path="/param[@name='initial']/node()"/></summary>
    public double Initial { get; init => field = Finite(value); }

    /// <summary><inheritdoc cref="ExponentialSchedule(double, double)" path="/param[@name='factor']/node()"/></summary>
    public double Factor { get; init => field = Finite(value); }

    private protected override double Value(long step) => Initial * Math.Pow(Factor, step);
}
