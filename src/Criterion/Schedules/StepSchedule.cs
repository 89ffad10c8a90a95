namespace Criterion.Schedules;

/// <summary>
/// A change in steps: initial · factor^⌊step / every⌋. As the factor of a learning rate it matches <c>StepLR</c> of PyTorch, and
/// <c>ExponentialLR</c> with <paramref name="Every"/> 1.
/// </summary>
/// <param name="Initial">The value at the start; must be finite.</param>
/// <param name="Every">The steps from one change to the next; at least 1.</param>
/// <param name="Factor">The factor of each change; must be finite. Default: 0.1.</param>
public sealed record StepSchedule(double Initial, long Every, double Factor = 0.1) : Schedule
{
    /// <inheritdoc cref="StepSchedule(double, long, double)"/>
    public double Initial { get; init => field = Finite(value); } = Finite(Initial);

    /// <inheritdoc cref="StepSchedule(double, long, double)"/>
    public long Every { get; init => field = Positive(value); } = Positive(Every);

    /// <inheritdoc cref="StepSchedule(double, long, double)"/>
    public double Factor { get; init => field = Finite(value); } = Finite(Factor);

    private protected override double Value(long step) => Initial * Math.Pow(Factor, step / Every);
}
