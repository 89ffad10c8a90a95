namespace Criterion.Optim;

/// <summary>
/// Reduces the learning rates of an optimizer when a metric, such as a validation loss, has stopped improving. Call
/// <see cref="Step(double)"/> after each validation. PyTorch equivalent: <c>torch.optim.lr_scheduler.ReduceLROnPlateau</c>.
/// </summary>
/// <remarks>
/// A metric improves if it is less than best − threshold · |best|. PyTorch's best · (1 − threshold) is the same where the best is positive;
/// where it is negative, an equal metric counts as an improvement there. With a <see cref="LearningRateSchedule"/> of the same optimizer
/// the reductions multiply.
/// </remarks>
/// <example><code>
/// PlateauSchedule schedule = new(optimizer, factor: 0.5, patience: 5);
/// schedule.Step(validationLoss);
/// </code></example>
public sealed class PlateauSchedule : IStateful
{
    const string Name = nameof(PlateauSchedule);

    readonly Optimizer _optimizer;
    double? _best;
    long _badSteps;
    long _coolingSteps;

    /// <summary>Initializes a schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="factor">The factor of each reduction, in [0, 1). Default: 0.1.</param>
    /// <param name="patience">The steps without an improvement that are tolerated; must be 0 or more. Default: 10.</param>
    /// <param name="threshold">The smallest improvement that counts; must be 0 or more. Default: 1e-4.</param>
    /// <param name="isAbsolute">Whether the threshold is a difference instead of a fraction of the best metric. Default: false.</param>
    /// <param name="cooldown">The steps after a reduction in which nothing is counted; must be 0 or more. Default: 0.</param>
    /// <param name="minRate">The smallest learning rate; must be 0 or more. Default: 0.</param>
    /// <param name="minChange">The largest reduction of a rate that is skipped; must be 0 or more. Default: 1e-8.</param>
    /// <param name="maximize">Whether larger metrics are better. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public PlateauSchedule(
        Optimizer optimizer,
        double factor = 0.1,
        int patience = 10,
        double threshold = 1e-4,
        bool isAbsolute = false,
        int cooldown = 0,
        double minRate = 0,
        double minChange = 1e-8,
        bool maximize = false)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        _optimizer = optimizer;
        (Factor, Patience, Cooldown) = (factor, patience, cooldown);
        (Threshold, IsAbsolute, Maximize) = (threshold, isAbsolute, maximize);
        (MinRate, MinChange) = (minRate, minChange);
    }

    /// <summary>Gets the factor of each reduction, in [0, 1). Default: 0.1.</summary>
    public double Factor { get; init => field = Require.Decay(value, Name); }

    /// <summary>Gets the steps without an improvement that are tolerated; 0 or more. Default: 10.</summary>
    public int Patience { get; init => field = Require.AtLeast(0, value, Name); }

    /// <summary>Gets the smallest improvement that counts; 0 or more. Default: 1e-4.</summary>
    public double Threshold { get; init => field = Require.NonNegative(value, Name); }

    /// <summary>Gets whether the threshold is a difference instead of a fraction of the best metric. Default: false.</summary>
    public bool IsAbsolute { get; init; }

    /// <summary>Gets the steps after a reduction in which nothing is counted; 0 or more. Default: 0.</summary>
    public int Cooldown { get; init => field = Require.AtLeast(0, value, Name); }

    /// <summary>Gets the smallest learning rate; 0 or more. Default: 0.</summary>
    public double MinRate { get; init => field = Require.NonNegative(value, Name); }

    /// <summary>Gets the largest reduction of a rate that is skipped; 0 or more. Default: 1e-8.</summary>
    public double MinChange { get; init => field = Require.NonNegative(value, Name); }

    /// <summary>Gets whether larger metrics are better. Default: false.</summary>
    public bool Maximize { get; init; }

    /// <summary>Gets the best metric so far; null before the first step.</summary>
    public double? Best => _best;

    /// <summary>Counts a metric, and reduces the learning rates if there was no improvement for too long.</summary>
    /// <param name="metric">The metric; must not be NaN.</param>
    /// <returns>Whether a learning rate was reduced.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The metric is NaN.</exception>
    public bool Step(double metric)
    {
        Require.That(!double.IsNaN(metric), metric, $"{Name}.Step", "a number. Stop the training when a metric is NaN");
        bool improves = Improves(metric);
        _best = improves ? metric : _best;

        // As in PyTorch, the step that ends a cooldown is not counted either.
        _badSteps = improves || _coolingSteps > 0 ? 0 : _badSteps + 1;
        _coolingSteps = Math.Max(0, _coolingSteps - 1);
        if (_badSteps <= Patience)
        {
            return false;
        }

        (_badSteps, _coolingSteps) = (0, Cooldown);
        return Reduce();
    }

    /// <summary>
    /// Returns the state of a checkpoint: <c>best</c> (empty before the first step), <c>bad_steps</c> and <c>cooling_steps</c>. The
    /// learning rates are part of the optimizer's state.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => new OrderedDictionary<string, Tensor>
    {
        ["best"] = Tensor.From(_best is { } best ? [best] : Array.Empty<double>()),
        ["bad_steps"] = Tensor.Scalar(_badSteps, DType.Int64),
        ["cooling_steps"] = Tensor.Scalar(_coolingSteps, DType.Int64),
    };

    /// <summary>Loads a saved state; load that of the optimizer too.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="StateDictException">The names do not match; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Tensor> expected = new(StateDict());
        if (state.TryGetValue("best", out Tensor? best) && best.Rank == 1 && best.Count <= 1)
        {
            expected["best"] = best;
        }

        StateMatch.Check(Name, expected, state);
        (_badSteps, _coolingSteps) = (StateMatch.Integer(Name, state, "bad_steps"), StateMatch.Integer(Name, state, "cooling_steps"));
        _best = best!.Count == 1 ? best.Reshape([]).Item() : null;
    }

    bool Improves(double metric)
    {
        if (_best is not { } best)
        {
            return true;
        }

        double margin = IsAbsolute ? Threshold : double.IsInfinity(best) ? 0 : Threshold * Math.Abs(best);
        return Maximize ? metric > best + margin : metric < best - margin;
    }

    bool Reduce()
    {
        bool isReduced = false;
        foreach ((_, ScheduledRate rate) in _optimizer.Rates)
        {
            double next = Math.Max(rate.Value * Factor, MinRate);
            if (rate.Value - next > MinChange)
            {
                (rate.Value, isReduced) = (next, true);
            }
        }

        return isReduced;
    }
}
