using Criterion.Schedules;

namespace Criterion.Optim;

/// <summary>
/// Sets the learning rates of an optimizer to their initial values times a <see cref="Schedule"/>. Call <see cref="Step"/> after each
/// <c>optimizer.Step()</c>.
/// </summary>
/// <remarks>
/// Several schedules of one optimizer compose as in PyTorch. All start from the initial rate of the optimizer, and each step scales the
/// present rate by the ratio of the schedule's neighbouring values, so a warm-up followed by a cosine gives the product of both. A
/// <see cref="LambdaSchedule"/> sets the rate to initial · factor instead, which overwrites what the schedules before it did. A rate that
/// would be negative is 0. Groups with a learning rate of their own are scaled alike, each from its initial rate.
/// </remarks>
/// <example><code>
/// LearningRateSchedule warmUp = new(optimizer, new LinearSchedule(from: 0.1, to: 1, steps: 500));
/// LearningRateSchedule decay = new(optimizer, new CosineSchedule(from: 1, to: 0, steps: 10_000));
/// </code></example>
public sealed class LearningRateSchedule : IStateful
{
    const string RateName = "learning_rate";
    const string BaseName = "base_rate";
    const string StepName = "step";

    readonly Schedule _schedule;
    readonly (string Prefix, ScheduledRate Rate)[] _rates;
    readonly double[] _bases;

    /// <summary>Creates a schedule and sets the learning rates of step 0.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="factor">The factor of the initial learning rates as a function of the step.</param>
    public LearningRateSchedule(Optimizer optimizer, Schedule factor)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(factor);
        (_schedule, _rates) = (factor, [.. optimizer.Rates]);
        _bases = [.. _rates.Select(static named => named.Rate.Initial ??= named.Rate.Value)];
        for (int i = 0; i < _rates.Length; i++)
        {
            _rates[i].Rate.IsScheduled = true;
            Advance(i);
        }
    }

    /// <summary>
    /// Gets the learning rate that the optimizer had when its first schedule was created, from which all of its schedules start. Groups
    /// with a rate of their own start from that.
    /// </summary>
    public double BaseRate => _bases[0];

    /// <summary>Gets the number of steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Sets the learning rates of the next step.</summary>
    public void Step()
    {
        Steps++;
        for (int i = 0; i < _rates.Length; i++)
        {
            Advance(i);
        }
    }

    /// <summary>
    /// Returns the learning rate of the optimizer after a number of steps if nothing else changes it. A group with a rate of its own has
    /// the same multiple of its initial rate.
    /// </summary>
    /// <param name="step">The number of steps taken; not negative.</param>
    public double RateAt(long step) => RateAt(BaseRate, step);

    /// <summary>
    /// Returns the state of a checkpoint: <c>step</c>, and for the optimizer and each group <c>i</c> with a rate of its own
    /// <c>base_rate</c> and the present <c>learning_rate</c> (<c>group.i.base_rate</c>).
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new() { [StepName] = Tensor.Scalar(Steps, DType.Int64) };
        for (int i = 0; i < _rates.Length; i++)
        {
            state.Add(_rates[i].Prefix + BaseName, Tensor.Scalar(_bases[i], DType.Float64));
            state.Add(_rates[i].Prefix + RateName, Tensor.Scalar(_rates[i].Rate.Value, DType.Float64));
        }

        return state;
    }

    /// <summary>
    /// Restores a saved state and sets the learning rates of the optimizer to the saved ones, so the order in which several schedules and
    /// the optimizer are loaded does not matter. A state without <c>learning_rate</c> sets <see cref="RateAt(long)"/> of its step.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <exception cref="StateDictException">The names do not match; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Tensor> expected = StateDict()
            .Where(pair => !pair.Key.EndsWith(RateName, StringComparison.Ordinal) || state.ContainsKey(pair.Key))
            .ToDictionary();
        StateMatch.Check(nameof(LearningRateSchedule), expected, state);
        ScheduledRate.CheckState(nameof(LearningRateSchedule), state, BaseName, RateName);
        Steps = (long)state[StepName].Item();
        for (int i = 0; i < _rates.Length; i++)
        {
            (string prefix, ScheduledRate rate) = _rates[i];
            rate.Initial = _bases[i] = state[prefix + BaseName].Item();
            rate.Value = state.TryGetValue(prefix + RateName, out Tensor? saved) ? saved.Item() : RateAt(_bases[i], Steps);
        }
    }

    void Advance(int index)
    {
        (ScheduledRate rate, double start) = (_rates[index].Rate, _bases[index]);

        // A single schedule follows its formula, so it accumulates no rounding.
        rate.Value = Steps > 0 && rate.Value == RateAt(start, Steps - 1)
            ? RateAt(start, Steps)
            : Math.Max(0, _schedule.After(rate.Value, start, Steps));
    }

    double RateAt(double start, long step) => Math.Max(0, start * _schedule.At(step));
}
