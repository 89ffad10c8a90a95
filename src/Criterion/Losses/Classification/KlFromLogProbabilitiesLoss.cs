using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// Kullback–Leibler divergence of two rows of log-probabilities: ℓ = Σⱼ qⱼ (ln qⱼ − ln pⱼ), ln p the prediction, ln q the target.
/// </summary>
/// <remarks>
/// A row that does not sum to 1, such as probabilities passed by mistake, throws, where <c>torch.nn.KLDivLoss</c> returns a number that may
/// be negative. The gradient by the prediction is −q. A class with −∞ in both rows adds nothing.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target [N, C, ...] or [C] of log-probabilities → scalar",
    Source = "Kullback and Leibler, On information and sufficiency, 1951",
    Alternatives = "KlFromLogitsLoss takes logits in one pass and needs no check; KLDivLoss has PyTorch's conventions.")]
public sealed record KlFromLogProbabilitiesLoss : SoftmaxLoss, IPredictionLoss, IDivergenceLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reverse">Whether to compute the reverse divergence Σⱼ pⱼ (ln pⱼ − ln qⱼ). Default: false.</param>
    /// <param name="tolerance">The largest deviation of Σⱼ pⱼ and Σⱼ qⱼ from 1; infinity switches the check off. Default: 1e-3.</param>
    /// <param name="dim">The class dimension; for [C] the only one. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced; the mean is over rows, never over classes. Default: Mean.</param>
    public KlFromLogProbabilitiesLoss(bool reverse = false, double tolerance = 1e-3, int dim = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Reverse, Tolerance, Dim) = (reverse, tolerance, dim);

    /// <summary>
    /// <inheritdoc cref="KlFromLogProbabilitiesLoss(bool, double, int, Reduction)" path="/param[@name='reverse']/node()"/>
    /// </summary>
    public bool Reverse { get; init; }

    /// <summary><inheritdoc cref="KlFromLogProbabilitiesLoss(bool, double, int, Reduction)" path="/param[@name='dim']/node()"/></summary>
    public int Dim { get; init; }

    /// <summary>
    /// <inheritdoc cref="KlFromLogProbabilitiesLoss(bool, double, int, Reduction)" path="/param[@name='tolerance']/node()"/>
    /// </summary>
    public double Tolerance { get; init => field = Require.Tolerance(value, nameof(KlFromLogProbabilitiesLoss)); }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new KlFromLogitsLoss.Divergence(Reverse));

    /// <inheritdoc/>
    protected override RowOrigin Origin => RowOrigin.Zero;

    /// <inheritdoc/>
    protected override string TargetName => @"\ln q_j";

    /// <summary>Computes the divergence of log-probabilities.</summary>
    /// <param name="prediction">The log-probabilities, [N, C, …] or [C].</param>
    /// <param name="target">The target's log-probabilities, of the same shape.</param>
    /// <returns>A scalar, or the divergence of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the dimension does not exist.</exception>
    /// <exception cref="LossException">A row does not sum to 1, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        int dim = ClassDimOf(prediction, Dim);
        CheckDistributions(prediction, prediction.Detach().Exp(), dim, Tolerance, "For logits use KlFromLogitsLoss");
        CheckDistributions(target, target.Detach().Exp(), dim, Tolerance, "For logits use KlFromLogitsLoss");
        return EvaluateRows(prediction, target, dim, SoftmaxTarget.LogProbabilities);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [FirstLogitCurve(
        "q = (0.67, 0.24, 0.09)",
        (x, y) => (this with { Dim = 1, Reduction = Reduction.None }).Forward(x.LogSoftmax(1), y.LogSoftmax(1)))];
}
