namespace Criterion.Schedules;

/// <summary>The same value at every step.</summary>
/// <param name="Level">The value; must be finite. A negative weight maximises the loss.</param>
public sealed record ConstantSchedule(double Level) : Schedule
{
    /// <inheritdoc cref="ConstantSchedule(double)"/>
    public double Level { get; init => field = Finite(value); } = Finite(Level);

    /// <inheritdoc/>
    public override string ToString() => NumberText.Format(Level, 6);

    private protected override double Value(long step) => Level;
}
