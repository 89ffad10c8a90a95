using Criterion.Nn;

namespace Criterion.Optim;

/// <summary>Changes an optimizer's learning rate from step to step: call <see cref="Step"/> after each <c>optimizer.Step()</c>.</summary>
/// <remarks>
/// <para>The twins are those of <c>torch.optim.lr_scheduler</c>; a step here is whatever you count, batches or epochs.</para>
/// <para>
/// Several schedules of one optimizer compose as in PyTorch. All start from the same base, the optimizer's initial rate, and each step
/// scales the present rate by the ratio of the schedule's neighbouring values: a warm-up by <see cref="LinearSchedule"/> followed by
/// <see cref="CosineSchedule"/> gives the product of both. <see cref="LambdaSchedule"/> sets the rate to base · factor instead, which
/// overwrites what the schedules before it did. Where PyTorch's rate would fall below 0, below the floor of a cosine, it is 0 here.
/// </para>
/// </remarks>
public abstract class Schedule
{
    const string RateName = "learning_rate";

    readonly Optimizer _optimizer;

    /// <summary>Starts from the optimizer's initial rate: its learning rate when its first schedule was made.</summary>
    private protected Schedule(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        _optimizer = optimizer;
        BaseRate = optimizer.InitialRate ??= optimizer.LearningRate;
    }

    /// <summary>The optimizer's learning rate when its first schedule was made, which all of its schedules start from.</summary>
    public double BaseRate { get; private set; }

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Goes on to the next learning rate.</summary>
    public void Step()
    {
        Steps++;

        // A schedule that is alone follows its formula and so collects no rounding.
        double present = _optimizer.LearningRate;
        _optimizer.LearningRate = present == RateAt(Steps - 1) ? RateAt(Steps) : Math.Max(0, After(present, Steps));
    }

    /// <summary>The learning rate after a number of steps, if no other schedule changes it.</summary>
    public abstract double RateAt(long step);

    /// <summary>What a checkpoint needs to go on: <c>step</c>, <c>base_rate</c> and the optimizer's present <c>learning_rate</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => new OrderedDictionary<string, Tensor>
    {
        ["step"] = Tensor.Scalar(Steps, DType.Int64),
        ["base_rate"] = Tensor.Scalar(BaseRate, DType.Float64),
        [RateName] = Tensor.Scalar(_optimizer.LearningRate, DType.Float64),
    };

    /// <summary>
    /// Goes on from a saved state, and sets the optimizer's learning rate to the saved one: with several schedules and the optimizer
    /// saved at one time, the order of loading does not matter. A state without <c>learning_rate</c>, as earlier versions wrote, sets
    /// <see cref="RateAt"/> of its step.
    /// </summary>
    /// <exception cref="StateDictException">The names do not fit; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateMatch.Check(
            GetType().Name, StateDict().Where(pair => pair.Key != RateName || state.ContainsKey(RateName)).ToDictionary(), state, strict: true);
        (Steps, BaseRate) = ((long)state["step"].Item(), state["base_rate"].Item());
        _optimizer.InitialRate = BaseRate;
        _optimizer.LearningRate = state.TryGetValue(RateName, out Tensor? rate) ? rate.Item() : RateAt(Steps);
    }

    /// <summary>The learning rate that follows <paramref name="present"/> at a step, whatever else has changed it.</summary>
    private protected abstract double After(double present, long step);

    private protected void Start() => _optimizer.LearningRate = After(_optimizer.LearningRate, 0);
}

/// <summary>rate = base · factor^⌊step / every⌋. The twin of <c>StepLR</c>.</summary>
public sealed class StepSchedule : Schedule
{
    readonly int _every;
    readonly double _factor;

    /// <summary>A learning rate that falls in stairs.</summary>
    /// <param name="optimizer">Whose learning rate is changed.</param>
    /// <param name="every">Steps from one fall to the next.</param>
    /// <param name="factor">What the rate is multiplied by at each; 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is below 1, or the factor negative.</exception>
    public StepSchedule(Optimizer optimizer, int every, double factor = 0.1)
        : base(optimizer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        (_every, _factor) = (every, Require.NonNegative(factor, nameof(StepSchedule)));
    }

    /// <inheritdoc/>
    public override double RateAt(long step) => BaseRate * Math.Pow(_factor, step / _every);

    private protected override double After(double present, long step) => step % _every == 0 ? present * _factor : present;
}

/// <summary>rate = least + (base − least) · (1 + cos(π · step / period)) / 2 (Loshchilov and Hutter, 2017). The twin of <c>CosineAnnealingLR</c>.</summary>
public sealed class CosineSchedule : Schedule
{
    readonly int _period;
    readonly double _least;

    /// <summary>A learning rate that falls along half a cosine, and rises again after it.</summary>
    /// <param name="optimizer">Whose learning rate is changed.</param>
    /// <param name="period">Steps down to the least rate.</param>
    /// <param name="least">The least rate; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1, or the least rate negative.</exception>
    public CosineSchedule(Optimizer optimizer, int period, double least = 0)
        : base(optimizer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        (_period, _least) = (period, Require.NonNegative(least, nameof(CosineSchedule)));
    }

    /// <inheritdoc/>
    public override double RateAt(long step) => _least + ((BaseRate - _least) * Height(step));

    // From the foot of the cosine, which no ratio leads out of, the rate rises by what it would rise by alone.
    private protected override double After(double present, long step) => (step - 1 - _period) % (2L * _period) == 0
        ? present + ((BaseRate - _least) * Height(step))
        : _least + ((present - _least) * (Height(step) / Height(step - 1)));

    double Height(long step) => (1 + Math.Cos(Math.PI * step / _period)) / 2;
}

/// <summary>rate = base · (start + (end − start) · min(step, total) / total). The twin of <c>LinearLR</c>.</summary>
public sealed class LinearSchedule : Schedule
{
    readonly int _total;
    readonly double _start;
    readonly double _end;

    /// <summary>A learning rate on a straight line, and constant after it.</summary>
    /// <param name="optimizer">Whose learning rate is changed, at once to start times the present one.</param>
    /// <param name="total">Steps from start to end; 5.</param>
    /// <param name="start">The factor at the start; 1/3.</param>
    /// <param name="end">The factor at the end; 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="total"/> is below 1, or a factor negative.</exception>
    public LinearSchedule(Optimizer optimizer, int total = 5, double start = 1.0 / 3, double end = 1)
        : base(optimizer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        _total = total;
        _start = Require.NonNegative(start, nameof(LinearSchedule));
        _end = Require.NonNegative(end, nameof(LinearSchedule));
        Start();
    }

    /// <inheritdoc/>
    public override double RateAt(long step) => BaseRate * Factor(step);

    // A factor of 0, with which PyTorch does not let a line start, leaves no ratio to go on by.
    private protected override double After(double present, long step)
    {
        (double before, double now) = (step == 0 ? 1 : Factor(step - 1), Factor(step));
        return before == now ? present : before == 0 ? RateAt(step) : present * (now / before);
    }

    double Factor(long step) => _start + ((_end - _start) * Math.Min(step, _total) / _total);
}

/// <summary>rate = base · factor(step), whatever other schedules did before. The twin of <c>LambdaLR</c>.</summary>
public sealed class LambdaSchedule : Schedule
{
    readonly Func<long, double> _factor;

    /// <summary>A learning rate by a function of one's own.</summary>
    /// <param name="optimizer">Whose learning rate is changed, at once to base · factor(0).</param>
    /// <param name="factor">The factor after a number of steps.</param>
    public LambdaSchedule(Optimizer optimizer, Func<long, double> factor)
        : base(optimizer)
    {
        ArgumentNullException.ThrowIfNull(factor);
        _factor = factor;
        Start();
    }

    /// <inheritdoc/>
    public override double RateAt(long step) => BaseRate * _factor(step);

    private protected override double After(double present, long step) => RateAt(step);
}
