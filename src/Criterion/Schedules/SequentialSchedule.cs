namespace Criterion.Schedules;

/// <summary>
/// One schedule after another, which <see cref="Schedule.Then"/> returns: the second counts its steps from its start. As the factor of a
/// learning rate it matches <c>SequentialLR</c> of PyTorch.
/// </summary>
public sealed record SequentialSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="first">The schedule before the start.</param>
    /// <param name="second">The schedule from the start on.</param>
    /// <param name="start">The step at which the second begins, with its step 0; at least 1.</param>
    public SequentialSchedule(Schedule first, Schedule second, long start) => (First, Second, Start) = (first, second, start);

    /// <summary><inheritdoc cref="SequentialSchedule(Schedule, Schedule, long)" path="/param[@name='first']/node()"/></summary>
    public Schedule First { get; init => field = NotNull(value); }

    /// <summary><inheritdoc cref="SequentialSchedule(Schedule, Schedule, long)" path="/param[@name='second']/node()"/></summary>
    public Schedule Second { get; init => field = NotNull(value); }

    /// <summary><inheritdoc cref="SequentialSchedule(Schedule, Schedule, long)" path="/param[@name='start']/node()"/></summary>
    public long Start { get; init => field = Positive(value); }

    private protected override double Value(long step) => step < Start ? First.At(step) : Second.At(step - Start);
}
