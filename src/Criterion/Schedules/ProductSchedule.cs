namespace Criterion.Schedules;

/// <summary>The product of two schedules, which <c>a * b</c> returns.</summary>
public sealed record ProductSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="first">The first.</param>
    /// <param name="second">The second.</param>
    public ProductSchedule(Schedule first, Schedule second) => (First, Second) = (first, second);

    /// <summary><inheritdoc cref="ProductSchedule(Schedule, Schedule)" path="/param[@name='first']/node()"/></summary>
    public Schedule First { get; init => field = NotNull(value); }

    /// <summary><inheritdoc cref="ProductSchedule(Schedule, Schedule)" path="/param[@name='second']/node()"/></summary>
    public Schedule Second { get; init => field = NotNull(value); }

    private protected override double Value(long step) => First.At(step) * Second.At(step);
}
