namespace Criterion.Losses;

/// <summary>The state of <see cref="HistoricalAveragingPenalty"/>: plain tensors, to be saved with a checkpoint.</summary>
/// <param name="Means">The mean of each parameter over the steps so far; none at the start.</param>
/// <param name="Steps">How many steps there were.</param>
public sealed record ParameterHistory(IReadOnlyList<Tensor> Means, long Steps)
{
    /// <summary>No steps yet.</summary>
    public static ParameterHistory Empty { get; } = new([], 0);
}

/// <summary>Ties a player's parameters to their own mean over the training so far: weight · Σ (θ − θ̄)².</summary>
/// <remarks>
/// Damps the two players' circling around each other. The means are a state that goes in and comes out of <see cref="Update"/>, and count
/// as constants. Before the first update there is nothing to tie to, and the penalty is 0.
/// </remarks>
/// <param name="Weight">A factor.</param>
[Catalogue(
    LossFamily.Penalty,
    Shapes = "parameters of any shape, history → scalar",
    Source = "Salimans et al., Improved techniques for training GANs, 2016, section 3.3",
    Alternatives = "An exponential moving average of the generator's weights smooths what is shown without touching the training; R1Penalty damps the circling at its root.")]
public sealed record HistoricalAveragingPenalty(double Weight = 1) : Penalty(Weight)
{
    /// <summary>The penalty of parameters.</summary>
    /// <param name="parameters">The player's parameters, always in the same order.</param>
    /// <param name="history">Their means so far.</param>
    /// <exception cref="ShapeException">The parameters are not those of the history.</exception>
    public Tensor Forward(IReadOnlyList<Tensor> parameters, ParameterHistory history)
    {
        Check(parameters, history);
        return history.Steps == 0
            ? parameters.Select(static parameter => parameter.Sum() * 0).Aggregate(static (a, b) => a + b)
            : parameters.Zip(history.Means, (now, mean) => TensorFormula.Sum(default(MSELoss.SquaredError), now, mean.Detach(), Weight))
                .Aggregate(static (a, b) => a + b);
    }

    /// <summary>The history with one more step: θ̄ ← θ̄ + (θ − θ̄) / t.</summary>
    /// <param name="history">The history before.</param>
    /// <param name="parameters">The player's parameters after the step.</param>
    /// <exception cref="ShapeException">The parameters are not those of the history.</exception>
    public static ParameterHistory Update(ParameterHistory history, IReadOnlyList<Tensor> parameters)
    {
        Check(parameters, history);
        using (Autograd.NoGrad())
        using (TensorScope.Suspend())
        {
            double share = 1.0 / (history.Steps + 1);
            return new([.. parameters.Select((now, i) => history.Steps == 0 ? now.Detach().Clone() : Lerp(history.Means[i], now, share))], history.Steps + 1);
        }
    }

    /// <inheritdoc/>
    public override string ToLatex() => $@"{LatexFactor(Weight)}\sum {TensorFormula.ToLatex(default(MSELoss.SquaredError), @"\theta", @"\bar\theta")}";

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
            throw new ShapeException("HistoricalAveragingPenalty: the parameters differ in number or shape from those of the history. Give each player a history of its own.");
        }
    }
}
