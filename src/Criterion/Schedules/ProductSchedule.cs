namespace Criterion.Schedules;

/// <summary>The product of two schedules, which <c>a * b</c> returns.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
public sealed record ProductSchedule(Schedule First, Schedule Second) : Schedule
{
    private protected override double Value(long step) => First.At(step) * Second.At(step);
}
