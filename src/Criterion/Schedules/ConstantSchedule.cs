namespace Criterion.Schedules;

/// <summary>The same value at every step.</summary>
public sealed record ConstantSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="level">The value; must be finite. A negative weight maximises the loss.</param>
    public ConstantSchedule(double level) => Level = level;

    /// <summary><inheritdoc cref="ConstantSchedule(double)" path="/param[@name='level']/node()"/></summary>
    public double Level { get; init => field = Finite(value); }

    /// <inheritdoc/>
    public override string ToString() => NumberText.Format(Level, 6);

    private protected override double Value(long step) => Level;
}
