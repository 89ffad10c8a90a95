namespace Criterion.Schedules;

/// <summary>
/// One cycle: from peak / divisor up to the peak, and down to peak / divisor / finalDivisor, along half cosines; constant after it. As the
/// factor of a learning rate that is the largest, with a peak of 1, it matches <c>OneCycleLR</c> of PyTorch, which overwrites what other
/// schedules of the optimizer did before. Source: Smith and Topin, Super-Convergence, 2018.
/// </summary>
/// <remarks>The momentum is unchanged: PyTorch's <c>cycle_momentum</c> is unavailable.</remarks>
public sealed record OneCycleSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="peak">The largest value; must be finite.</param>
    /// <param name="steps">The steps of the cycle; at least 1.</param>
    /// <param name="warmUp">The part of the steps in which the value rises, in [0, 1]. Default: 0.3.</param>
    /// <param name="divisor">The peak relative to the first value; must be positive. Default: 25.</param>
    /// <param name="finalDivisor">The first value relative to the last; must be positive. Default: 1e4.</param>
    /// <param name="isLinear">Whether the value changes along lines instead of half cosines. Default: false.</param>
    /// <param name="hasThreePhases">
    /// Whether the value falls to the first value as fast as it rose, before it approaches the last. Default: false.
    /// </param>
    public OneCycleSchedule(
        double peak,
        long steps,
        double warmUp = 0.3,
        double divisor = 25,
        double finalDivisor = 1e4,
        bool isLinear = false,
        bool hasThreePhases = false)
    {
        (Peak, Steps, WarmUp) = (peak, steps, warmUp);
        (Divisor, FinalDivisor) = (divisor, finalDivisor);
        (IsLinear, HasThreePhases) = (isLinear, hasThreePhases);
    }

    /// <summary>Gets the largest value; finite.</summary>
    public double Peak { get; init => field = Finite(value); }

    /// <summary>Gets the steps of the cycle; at least 1.</summary>
    public long Steps { get; init => field = Positive(value); }

    /// <summary>Gets the part of the steps in which the value rises, in [0, 1]. Default: 0.3.</summary>
    public double WarmUp { get; init => field = Require.InUnitInterval(value, nameof(Schedule)); }

    /// <summary>Gets the peak relative to the first value; positive. Default: 25.</summary>
    public double Divisor { get; init => field = Require.Positive(value, nameof(Schedule)); }

    /// <summary>Gets the first value relative to the last; positive. Default: 1e4.</summary>
    public double FinalDivisor { get; init => field = Require.Positive(value, nameof(Schedule)); }

    /// <summary>Gets whether the value changes along lines instead of half cosines. Default: false.</summary>
    public bool IsLinear { get; init; }

    /// <summary>
    /// Gets whether the value falls to the first value as fast as it rose, before it approaches the last. Default: false.
    /// </summary>
    public bool HasThreePhases { get; init; }

    internal override double After(double present, double start, long step) => start * At(step);

    private protected override double Value(long step)
    {
        (double first, double last) = (Peak / Divisor, Peak / Divisor / FinalDivisor);
        double top = (WarmUp * Steps) - 1;
        double end = Steps - 1;
        if (step <= top)
        {
            return Between(first, Peak, step, 0, top);
        }

        // PyTorch counts the step at the top once in each phase.
        double bottom = HasThreePhases ? (2 * WarmUp * Steps) - 2 : top;
        return HasThreePhases && step <= bottom
            ? Between(Peak, first, step, top, bottom)
            : Between(HasThreePhases ? first : Peak, last, step, bottom, end);
    }

    double Between(double from, double to, long step, double start, double end)
    {
        double done = end > start ? Math.Min(1, (step - start) / (end - start)) : 1;
        return IsLinear ? from + ((to - from) * done) : to + ((from - to) * (1 + Math.Cos(Math.PI * done)) / 2);
    }
}
