namespace Criterion.Losses;

/// <summary>The state of <see cref="HistoricalAveragingPenalty"/>: tensors to save in a checkpoint.</summary>
public sealed record ParameterHistory
{
    /// <summary>Initializes the history.</summary>
    /// <param name="means">The mean of each parameter over the steps so far; empty at the start.</param>
    /// <param name="steps">The number of steps.</param>
    public ParameterHistory(IReadOnlyList<Tensor> means, long steps) => (Means, Steps) = (means, steps);

    /// <summary><inheritdoc cref="ParameterHistory(IReadOnlyList{Tensor}, long)" path="/param[@name='means']/node()"/></summary>
    public IReadOnlyList<Tensor> Means { get; init; }

    /// <summary><inheritdoc cref="ParameterHistory(IReadOnlyList{Tensor}, long)" path="/param[@name='steps']/node()"/></summary>
    public long Steps { get; init; }

    /// <summary>Gets a history without steps.</summary>
    public static ParameterHistory Empty { get; } = new([], 0);
}

/// <summary>Historical averaging: pulls the parameters of a network to their mean over the training so far, weight · Σ (θ − θ̄)².</summary>
/// <remarks>
/// Damps oscillations between the networks. The means are state that the caller passes to <see cref="Update"/> and keeps; they count as
/// constants. Before the first update the penalty is 0.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "parameters of any shape, history → scalar",
    Source = "Salimans et al., Improved techniques for training GANs, 2016, section 3.3",
    Alternatives = "An exponential moving average of the generator's weights smooths its output without affecting training; "
        + "R1Penalty damps the oscillations at their cause.")]
public sealed record HistoricalAveragingPenalty : Penalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">The weight; must be 0 or more. Default: 1.</param>
    public HistoricalAveragingPenalty(double weight = 1)
        : base(weight)
    {
    }

    /// <summary>Computes the penalty of parameters.</summary>
    /// <param name="parameters">The parameters of the network, always in the same order.</param>
    /// <param name="history">The means so far.</param>
    /// <exception cref="ShapeException">The parameters do not match the history.</exception>
    public Tensor Forward(IReadOnlyList<Tensor> parameters, ParameterHistory history)
    {
        Check(parameters, history);
        return history.Steps == 0
            ? parameters.Select(static parameter => parameter.Sum() * 0).Aggregate(static (a, b) => a + b)
            : parameters.Zip(history.Means, (now, mean) => TensorFormula.Sum(default(MSELoss.SquaredError), now, mean.Detach(), Weight))
                .Aggregate(static (a, b) => a + b);
    }

    /// <summary>Returns the history with one more step: θ̄ ← θ̄ + (θ − θ̄) / t.</summary>
    /// <param name="history">The history so far.</param>
    /// <param name="parameters">The parameters after the step.</param>
    /// <exception cref="ShapeException">The parameters do not match the history.</exception>
    public static ParameterHistory Update(ParameterHistory history, IReadOnlyList<Tensor> parameters)
    {
        Check(parameters, history);
        using (Autograd.NoGrad())
        using (TensorScope.Suspend())
        {
            double share = 1.0 / (history.Steps + 1);
            return new(
                [.. parameters.Select((now, i) => history.Steps == 0 ? now.Detach().Clone() : Lerp(history.Means[i], now, share))],
                history.Steps + 1);
        }
    }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"{LatexFactor(Weight)}\sum {TensorFormula.ToLatex(default(MSELoss.SquaredError), @"\theta", @"\bar\theta")}";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [new("penalty", "θ − mean of θ", -3, 3, x => TensorFormula.Map(default(MSELoss.SquaredError), x, Tensor.ZerosLike(x)) * Weight)];

    static Tensor Lerp(Tensor mean, Tensor now, double share) => mean + ((now.Detach() - mean) * share);

    static void Check(IReadOnlyList<Tensor> parameters, ParameterHistory history)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(history);
        if (parameters.Count == 0)
        {
            throw new LossException("HistoricalAveragingPenalty: there are no parameters. Pass a module's Parameters().");
        }

        Require.AtLeast(0, history.Steps, nameof(HistoricalAveragingPenalty));
        if (history.Steps > 0 && !parameters.Select(static p => p.Shape).SequenceEqual(history.Means.Select(static m => m.Shape)))
        {
            throw new ShapeException(
                "HistoricalAveragingPenalty: the parameters differ from the history in number or shape. "
                + "Keep one history for each network.");
        }
    }
}
