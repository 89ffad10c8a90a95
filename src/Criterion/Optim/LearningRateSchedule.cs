using Criterion.Nn;
using Criterion.Schedules;

namespace Criterion.Optim;

/// <summary>
/// Sets the learning rate of an optimizer to its initial rate times a <see cref="Schedule"/>. Call <see cref="Step"/> after each
/// <c>optimizer.Step()</c>.
/// </summary>
/// <remarks>
/// Several schedules of one optimizer compose as in PyTorch. All start from the initial rate of the optimizer, and each step scales the
/// present rate by the ratio of the schedule's neighbouring values, so a warm-up followed by a cosine gives the product of both. A
/// <see cref="LambdaSchedule"/> sets the rate to initial · factor instead, which overwrites what the schedules before it did. A rate that
/// would be negative is 0.
/// </remarks>
/// <example><code>
/// LearningRateSchedule warmUp = new(optimizer, new LinearSchedule(0.1, 1, 500));
/// LearningRateSchedule decay = new(optimizer, new CosineSchedule(1, 0, 10_000));
/// </code></example>
public sealed class LearningRateSchedule : IStateful
{
    const string RateName = "learning_rate";

    readonly Optimizer _optimizer;
    readonly Schedule _schedule;

    /// <summary>Creates a schedule and sets the learning rate of step 0.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="factor">The factor of the initial learning rate as a function of the step.</param>
    public LearningRateSchedule(Optimizer optimizer, Schedule factor)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(factor);
        (_optimizer, _schedule) = (optimizer, factor);
        BaseRate = optimizer.InitialRate ??= optimizer.LearningRate;
        optimizer.LearningRate = Math.Max(0, factor.After(optimizer.LearningRate, BaseRate, 0));
    }

    /// <summary>
    /// Gets the learning rate that the optimizer had when its first schedule was created, from which all of its schedules start.
    /// </summary>
    public double BaseRate { get; private set; }

    /// <summary>Gets the number of steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Sets the learning rate of the next step.</summary>
    public void Step()
    {
        Steps++;

        // A single schedule follows its formula, so it accumulates no rounding.
        double present = _optimizer.LearningRate;
        _optimizer.LearningRate = present == RateAt(Steps - 1) ? RateAt(Steps) : Math.Max(0, _schedule.After(present, BaseRate, Steps));
    }

    /// <summary>Returns the learning rate after a number of steps if no other schedule changes it.</summary>
    /// <param name="step">The number of steps taken; not negative.</param>
    public double RateAt(long step) => Math.Max(0, BaseRate * _schedule.At(step));

    /// <summary>
    /// Returns the state of a checkpoint: <c>step</c>, <c>base_rate</c> and the present <c>learning_rate</c> of the optimizer.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => new OrderedDictionary<string, Tensor>
    {
        ["step"] = Tensor.Scalar(Steps, DType.Int64),
        ["base_rate"] = Tensor.Scalar(BaseRate, DType.Float64),
        [RateName] = Tensor.Scalar(_optimizer.LearningRate, DType.Float64),
    };

    /// <summary>
    /// Restores a saved state and sets the learning rate of the optimizer to the saved one, so the order in which several schedules and the
    /// optimizer are loaded does not matter. A state without <c>learning_rate</c> sets <see cref="RateAt"/> of its step.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <exception cref="StateDictException">The names do not match; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Tensor> expected = StateDict().Where(pair => pair.Key != RateName || state.ContainsKey(RateName)).ToDictionary();
        StateMatch.Check(nameof(LearningRateSchedule), expected, state);
        (Steps, BaseRate) = ((long)state["step"].Item(), state["base_rate"].Item());
        _optimizer.InitialRate = BaseRate;
        _optimizer.LearningRate = state.TryGetValue(RateName, out Tensor? rate) ? rate.Item() : RateAt(Steps);
    }
}
