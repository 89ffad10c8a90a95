using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>Negative log-likelihood of log-probabilities: ℓ = −w_y x_y, x the output of a log-softmax and y the class.</summary>
/// <remarks>
/// The gradient is −w_y at the class and 0 elsewhere: a NaN at another class does not show. Values that are not logarithms of
/// probabilities are not noticed; <see cref="CrossEntropyLoss"/> takes logits. Twin of <c>torch.nn.NLLLoss</c>.
/// </remarks>
/// <param name="Weight">A factor for each class, [C], or null.</param>
/// <param name="IgnoreIndex">The class whose rows are left out of loss, gradient and mean; it need not be in range.</param>
/// <param name="Reduction">What becomes of the losses of single rows; the mean is weighted, Σ ℓ / Σ w_y.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C, d1, ...] or [C] of log-probabilities, target [N, d1, ...] of classes → scalar",
    PyTorch = "torch.nn.NLLLoss",
    Alternatives = "CrossEntropyLoss takes logits and is the safer choice; KlFromLogProbabilitiesLoss compares with whole distributions.")]
public sealed record NLLLoss(Tensor? Weight = null, long IgnoreIndex = -100, Reduction Reduction = Reduction.Mean)
    : SoftmaxLoss(Reduction), IPredictionLoss
{
    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(default(CrossEntropyLoss.NegativeLogProbability));

    /// <inheritdoc/>
    protected override RowOrigin Origin => RowOrigin.Zero;

    /// <inheritdoc/>
    protected override string InputName => "x_j";

    /// <summary>The loss of log-probabilities.</summary>
    /// <param name="prediction">[N, C, d₁, …] or [C].</param>
    /// <param name="target">Classes as Int64, [N, d₁, …] or a scalar.</param>
    /// <returns>A scalar, or one loss for each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">Shapes do not go together.</exception>
    /// <exception cref="LossException">A class is out of range, or there is nothing to compare.</exception>
    public Tensor Forward(Tensor prediction, Tensor target) => EvaluateClasses(prediction, target, IgnoreIndex, Weight, isWeightedMean: true);

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [TargetLogitCurve("loss", (x, y) => (this with { Weight = null, Reduction = Reduction.None }).Forward(x.LogSoftmax(1), y))];
}
