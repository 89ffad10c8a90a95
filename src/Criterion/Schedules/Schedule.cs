using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Criterion.Schedules;

/// <summary>
/// A number as a function of the step: the weight of a loss, or the factor that a <c>LearningRateSchedule</c> applies to the learning rate
/// of an optimizer. A number is a constant schedule.
/// </summary>
/// <remarks>
/// A step is whatever you count, batches or epochs. Schedules multiply: <c>new LinearSchedule(0, 1, 1000) * 10</c>. They follow one
/// another: <c>new LinearSchedule(0.1, 1, 500).Then(new CosineSchedule(1, 0, 10_000), start: 500)</c>.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ConstantSchedule), "constant")]
[JsonDerivedType(typeof(LinearSchedule), "linear")]
[JsonDerivedType(typeof(CosineSchedule), "cosine")]
[JsonDerivedType(typeof(StepSchedule), "step")]
[JsonDerivedType(typeof(MultiStepSchedule), "multi-step")]
[JsonDerivedType(typeof(ExponentialSchedule), "exponential")]
[JsonDerivedType(typeof(CosineRestartSchedule), "cosine-restart")]
[JsonDerivedType(typeof(OneCycleSchedule), "one-cycle")]
[JsonDerivedType(typeof(SequentialSchedule), "sequential")]
[JsonDerivedType(typeof(ProductSchedule), "product")]
public abstract record Schedule
{
    /// <summary>Returns the value at a step.</summary>
    /// <param name="step">The number of steps taken; not negative.</param>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return Value(step);
    }

    /// <summary>Returns a schedule that continues with another one, as for a warm-up.</summary>
    /// <param name="next">The schedule that follows.</param>
    /// <param name="start">The step at which it begins, with its step 0; at least 1.</param>
    public Schedule Then(Schedule next, long start) => new SequentialSchedule(this, next, start);

    /// <summary>Converts a number to a constant schedule.</summary>
    public static implicit operator Schedule(double value) => new ConstantSchedule(value);

    /// <summary>Returns the product of two schedules at each step.</summary>
    public static Schedule operator *(Schedule a, Schedule b) => (a, b) switch
    {
        (ConstantSchedule x, ConstantSchedule y) => x.Level * y.Level,
        (ConstantSchedule { Level: 1 }, _) => b,
        (_, ConstantSchedule { Level: 1 }) => a,
        _ => new ProductSchedule(a, b),
    };

    /// <summary>
    /// Returns the number that follows <paramref name="present"/>, which other schedules of the same optimizer have changed too. As in
    /// PyTorch, the present number is scaled by the ratio of two neighbouring values.
    /// </summary>
    /// <param name="present">The present number.</param>
    /// <param name="start">The number that all schedules start from.</param>
    /// <param name="step">The step that follows; 0 for the start.</param>
    internal virtual double After(double present, double start, long step)
    {
        (double before, double now) = (step == 0 ? 1 : At(step - 1), At(step));

        // A value of 0, with which PyTorch does not let a line start, leaves no ratio.
        return before == now ? present : before == 0 ? start * now : present * (now / before);
    }

    /// <summary>Computes the value at a step that was checked.</summary>
    private protected abstract double Value(long step);

    private protected static double Finite(double value, [CallerMemberName] string option = "") => double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"Schedule: {option} must be finite.");

    private protected static T NotNull<T>(T value, [CallerMemberName] string option = "")
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value, option);
        return value;
    }

    private protected static long Positive(long steps, [CallerMemberName] string option = "") => steps >= 1
        ? steps
        : throw new ArgumentOutOfRangeException(option, steps, $"Schedule: {option} must be at least 1 step.");

    /// <summary>Returns the fraction of a change that is done, in [0, 1].</summary>
    private protected static double Progress(long step, long start, long steps) => Math.Clamp((step - start) / (double)steps, 0, 1);
}
