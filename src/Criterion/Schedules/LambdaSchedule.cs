namespace Criterion.Schedules;

/// <summary>
/// A function of the step. As the factor of a learning rate it matches <c>LambdaLR</c> of PyTorch, which overwrites what other schedules
/// of the optimizer did before. It cannot be written as JSON.
/// </summary>
/// <param name="Function">The value after a number of steps.</param>
public sealed record LambdaSchedule(Func<long, double> Function) : Schedule
{
    /// <inheritdoc cref="LambdaSchedule(Func{long, double})"/>
    public Func<long, double> Function { get; init => field = NotNull(value); } = NotNull(Function);

    internal override double After(double present, double start, long step) => start * At(step);

    private protected override double Value(long step) => Function(step);

    static Func<long, double> NotNull(Func<long, double> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return function;
    }
}
