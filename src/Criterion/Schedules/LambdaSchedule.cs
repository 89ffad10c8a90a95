namespace Criterion.Schedules;

/// <summary>
/// A function of the step. As the factor of a learning rate it matches <c>LambdaLR</c> of PyTorch, which overwrites what other schedules
/// of the optimizer did before. It cannot be written as JSON.
/// </summary>
public sealed record LambdaSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="function">The value after a number of steps.</param>
    public LambdaSchedule(Func<long, double> function) => Function = function;

    /// <summary><inheritdoc cref="LambdaSchedule(Func{long, double})" path="/param[@name='function']/node()"/></summary>
    public Func<long, double> Function { get; init => field = NotNull(value); }

    internal override double After(double present, double start, long step) => start * At(step);

    private protected override double Value(long step) => Function(step);
}
