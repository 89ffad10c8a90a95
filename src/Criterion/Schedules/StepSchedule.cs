namespace Criterion.Schedules;

/// <summary>
/// A change in steps: initial · factor^⌊step / every⌋. As the factor of a learning rate it matches <c>StepLR</c> of PyTorch.
/// </summary>
public sealed record StepSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="initial">The value at the start; must be finite.</param>
    /// <param name="every">The steps from one change to the next; at least 1.</param>
    /// <param name="factor">The factor of each change; must be finite. Default: 0.1.</param>
    public StepSchedule(double initial, long every, double factor = 0.1) => (Initial, Every, Factor) = (initial, every, factor);

    /// <summary><inheritdoc cref="StepSchedule(double, long, double)" path="/param[@name='initial']/node()"/></summary>
    public double Initial { get; init => field = Finite(value); }

    /// <summary><inheritdoc cref="StepSchedule(double, long, double)" path="/param[@name='every']/node()"/></summary>
    public long Every { get; init => field = Positive(value); }

    /// <summary><inheritdoc cref="StepSchedule(double, long, double)" path="/param[@name='factor']/node()"/></summary>
    public double Factor { get; init => field = Finite(value); }

    private protected override double Value(long step) => Initial * Math.Pow(Factor, step / Every);
}
