using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// The Kullback–Leibler divergence of two rows of log-probabilities: ℓ = Σⱼ qⱼ (ln qⱼ − ln pⱼ), ln p the prediction, ln q the target.
/// </summary>
/// <remarks>
/// Probabilities passed by mistake are noticed: a row that does not sum to 1 is an error, where <c>torch.nn.KLDivLoss</c> gives a
/// number that may be negative. The gradient by the prediction is −q. A class with −∞ in both rows is left out.
/// </remarks>
/// <param name="Reverse">Σⱼ pⱼ (ln pⱼ − ln qⱼ) instead.</param>
/// <param name="Tolerance">How far Σⱼ pⱼ and Σⱼ qⱼ may be from 1; infinity for no check.</param>
/// <param name="Dim">The dimension along which classes run; of [C] the only one.</param>
/// <param name="Reduction">What becomes of the divergences of single rows; the mean runs over rows, never over classes.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target [N, C, ...] or [C] of log-probabilities → scalar",
    Source = "Kullback and Leibler, On information and sufficiency, 1951",
    Alternatives = "KlFromLogitsLoss takes logits in one pass and needs no check; KLDivLoss has PyTorch's conventions.")]
public sealed record KlFromLogProbabilitiesLoss(bool Reverse = false, double Tolerance = 1e-3, int Dim = 1, Reduction Reduction = Reduction.Mean)
    : SoftmaxLoss(Reduction), IPredictionLoss, IDivergenceLoss
{
    /// <inheritdoc cref="KlFromLogProbabilitiesLoss(bool, double, int, Reduction)"/>
    public double Tolerance { get; init => field = Require.Tolerance(value, nameof(KlFromLogProbabilitiesLoss)); } =
        Require.Tolerance(Tolerance, nameof(KlFromLogProbabilitiesLoss));

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new KlFromLogitsLoss.Divergence(Reverse));

    /// <inheritdoc/>
    protected override RowOrigin Origin => RowOrigin.Zero;

    /// <inheritdoc/>
    protected override string TargetName => @"\ln q_j";

    /// <summary>The divergence of log-probabilities.</summary>
    /// <param name="prediction">[N, C, …] or [C].</param>
    /// <param name="target">The same shape.</param>
    /// <returns>A scalar, or one divergence for each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or there is no such dimension.</exception>
    /// <exception cref="LossException">A row does not sum to 1, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        int dim = ClassDimOf(prediction, Dim);
        CheckDistributions(prediction, prediction.Detach().Exp(), dim, Tolerance, "KlFromLogitsLoss takes logits");
        CheckDistributions(target, target.Detach().Exp(), dim, Tolerance, "KlFromLogitsLoss takes logits");
        return EvaluateRows(prediction, target, dim, SoftmaxTarget.LogProbabilities);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [FirstLogitCurve(
        "q = (0.67, 0.24, 0.09)",
        (x, y) => (this with { Dim = 1, Reduction = Reduction.None }).Forward(x.LogSoftmax(1), y.LogSoftmax(1)))];
}
