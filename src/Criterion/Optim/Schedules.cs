using Criterion.Nn;

namespace Criterion.Optim;

/// <summary>Changes an optimizer's learning rate from step to step: call <see cref="Step"/> after each <c>optimizer.Step()</c>.</summary>
/// <remarks>The twins are those of <c>torch.optim.lr_scheduler</c>; a step here is whatever you count, batches or epochs.</remarks>
public abstract class Schedule
{
    readonly Optimizer _optimizer;

    /// <summary>A schedule that starts from the optimizer's present learning rate.</summary>
    private protected Schedule(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        (_optimizer, BaseRate) = (optimizer, optimizer.LearningRate);
    }

    /// <summary>The learning rate that the schedule started from.</summary>
    public double BaseRate { get; private set; }

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Goes on to the next learning rate.</summary>
    public void Step()
    {
        Steps++;
        Apply();
    }

    /// <summary>The learning rate after a number of steps.</summary>
    public abstract double RateAt(long step);

    /// <summary>What a checkpoint needs to go on: <c>step</c> and <c>base_rate</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => new OrderedDictionary<string, Tensor>
    {
        ["step"] = Tensor.Scalar(Steps, DType.Int64),
        ["base_rate"] = Tensor.Scalar(BaseRate, DType.Float64),
    };

    /// <summary>Goes on from a saved state, and sets the optimizer's learning rate by it.</summary>
    /// <exception cref="StateDictException">The names do not fit; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateMatch.Check(GetType().Name, StateDict(), state, strict: true);
        (Steps, BaseRate) = ((long)state["step"].Item(), state["base_rate"].Item());
        Apply();
    }

    private protected void Apply() => _optimizer.LearningRate = RateAt(Steps);
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
        (_every, _factor) = (every, Option.AtLeastZero(nameof(StepSchedule), factor, nameof(factor)));
    }

    /// <inheritdoc/>
    public override double RateAt(long step) => BaseRate * Math.Pow(_factor, step / _every);
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
        (_period, _least) = (period, Option.AtLeastZero(nameof(CosineSchedule), least, nameof(least)));
    }

    /// <inheritdoc/>
    public override double RateAt(long step) => _least + ((BaseRate - _least) * (1 + Math.Cos(Math.PI * step / _period)) / 2);
}

/// <summary>rate = base · (start + (end − start) · min(step, total) / total). The twin of <c>LinearLR</c>.</summary>
public sealed class LinearSchedule : Schedule
{
    readonly int _total;
    readonly double _start;
    readonly double _end;

    /// <summary>A learning rate on a straight line, and constant after it.</summary>
    /// <param name="optimizer">Whose learning rate is changed, at once to base · start.</param>
    /// <param name="total">Steps from start to end; 5.</param>
    /// <param name="start">The factor at the start; 1/3.</param>
    /// <param name="end">The factor at the end; 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="total"/> is below 1, or a factor negative.</exception>
    public LinearSchedule(Optimizer optimizer, int total = 5, double start = 1.0 / 3, double end = 1)
        : base(optimizer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        _total = total;
        _start = Option.AtLeastZero(nameof(LinearSchedule), start, nameof(start));
        _end = Option.AtLeastZero(nameof(LinearSchedule), end, nameof(end));
        Apply();
    }

    /// <inheritdoc/>
    public override double RateAt(long step) => BaseRate * (_start + ((_end - _start) * Math.Min(step, _total) / _total));
}

/// <summary>rate = base · factor(step). The twin of <c>LambdaLR</c>.</summary>
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
        Apply();
    }

    /// <inheritdoc/>
    public override double RateAt(long step) => BaseRate * _factor(step);
}
