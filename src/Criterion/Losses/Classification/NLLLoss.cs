using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>Negative log-likelihood of log-probabilities: ℓ = −w_y x_y, x the output of a log-softmax and y the class.</summary>
/// <remarks>
/// The gradient is −w_y at the class and 0 elsewhere: a NaN at another class does not show. Inputs that are not log-probabilities are not
/// detected; <see cref="CrossEntropyLoss"/> takes logits. PyTorch equivalent: <c>torch.nn.NLLLoss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C, d1, ...] or [C] of log-probabilities, target [N, d1, ...] of classes → scalar",
    PyTorch = "torch.nn.NLLLoss",
    Alternatives = "CrossEntropyLoss takes logits and is the safer choice; KlFromLogProbabilitiesLoss compares with whole distributions.")]
public sealed record NLLLoss : SoftmaxLoss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="weight">The weight of each class, [C], or null. Default: null.</param>
    /// <param name="ignoreIndex">
    /// The class whose rows are excluded from loss, gradient and mean; may be out of range. Default: −100.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced; the mean is weighted, Σ ℓ / Σ w_y. Default: Mean.</param>
    public NLLLoss(Tensor? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Weight, IgnoreIndex) = (weight, ignoreIndex);

    /// <summary><inheritdoc cref="NLLLoss(Tensor?, long, Reduction)" path="/param[@name='weight']/node()"/></summary>
    public Tensor? Weight { get; init; }

    /// <summary><inheritdoc cref="NLLLoss(Tensor?, long, Reduction)" path="/param[@name='ignoreIndex']/node()"/></summary>
    public long IgnoreIndex { get; init; }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(default(CrossEntropyLoss.NegativeLogProbability));

    /// <inheritdoc/>
    protected override RowOrigin Origin => RowOrigin.Zero;

    /// <inheritdoc/>
    protected override string InputName => "x_j";

    /// <summary>Computes the loss of log-probabilities.</summary>
    /// <param name="prediction">The log-probabilities, [N, C, d₁, …] or [C].</param>
    /// <param name="target">The classes, Int64 of [N, d₁, …] or a scalar.</param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A class is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target) =>
        EvaluateClasses(prediction, target, IgnoreIndex, Weight, isWeightedMean: true);

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs) =>
        FuseClasses(inputs, IgnoreIndex, Weight, isWeightedMean: true);

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [TargetLogitCurve("loss", (x, y) => (this with { Weight = null, Reduction = Reduction.None }).Forward(x.LogSoftmax(1), y))];
}
