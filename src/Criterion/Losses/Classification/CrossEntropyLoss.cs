using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of logits: ℓ = −Σⱼ qⱼ ln pⱼ, p = softmax(x), against classes, ℓ = −w_y ln p_y, or class probabilities q.
/// </summary>
/// <remarks>
/// The gradient is p − q for weights of 1. Adding a constant to all logits of a row changes nothing. A logit of −∞ rules a class out:
/// its probability and gradient are 0, and the loss is +∞ only if the target asks for it. Label smoothing turns q into
/// (1 − LabelSmoothing) q + LabelSmoothing / C before the weights. Twin of <c>torch.nn.CrossEntropyLoss</c>; a batch of
/// which every target is ignored is an error unless <see cref="Loss.OnEmpty"/> asks for zero, not NaN.
/// </remarks>
/// <param name="Weight">A factor for each class, [C], or null.</param>
/// <param name="IgnoreIndex">The class whose rows are left out of loss, gradient and mean; it need not be in range.</param>
/// <param name="LabelSmoothing">The share of the target that is spread evenly over all classes, in [0, 1].</param>
/// <param name="Reduction">
/// What becomes of the losses of single rows; of classes the mean is weighted, Σ ℓ / Σ w_y, of class probabilities it is over rows.
/// </param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C, d1, ...] or [C], target [N, d1, ...] of classes or like prediction of probabilities → scalar",
    Source = "label smoothing: Szegedy et al., Rethinking the inception architecture, 2016",
    PyTorch = "torch.nn.CrossEntropyLoss",
    Alternatives = "FocalLoss turns down examples that are already right; BCEWithLogitsLoss is for labels that do not exclude each other; KlFromLogitsLoss learns from another model's logits.")]
public sealed record CrossEntropyLoss(
    Tensor? Weight = null, long IgnoreIndex = -100, double LabelSmoothing = 0, Reduction Reduction = Reduction.Mean)
    : SoftmaxLoss(Reduction), IPredictionLoss
{
    // Probabilities that were computed may be off by rounding.
    const double Slack = 1e-5;

    /// <inheritdoc cref="CrossEntropyLoss(Tensor, long, double, Reduction)"/>
    public double LabelSmoothing { get; init => field = Require.InUnitInterval(value, nameof(CrossEntropyLoss)); } =
        Require.InUnitInterval(LabelSmoothing, nameof(CrossEntropyLoss));

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(default(NegativeLogProbability));

    /// <summary>The loss of logits.</summary>
    /// <param name="prediction">Logits, [N, C, d₁, …] or [C].</param>
    /// <param name="target">Classes as Int64, [N, d₁, …] or a scalar; or probabilities of the shape of the prediction.</param>
    /// <returns>A scalar, or one loss for each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">Shapes do not go together.</exception>
    /// <exception cref="LossException">A class is out of range, a probability is not in [0, 1], or there is nothing to compare.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (!target.DType.IsFloat())
        {
            return EvaluateClasses(prediction, target, IgnoreIndex, Weight, LabelSmoothing, isWeightedMean: true);
        }

        CheckSameShape(prediction, target);
        CheckRange(target, 0, 1 + Slack, "a class index (Int64) or a probability in [0, 1]");
        return EvaluateRows(prediction, target, ClassDim(prediction), rows => SoftmaxTarget.Rows(rows, Weight, LabelSmoothing));
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [TargetLogitCurve("loss", (this with { Weight = null, Reduction = Reduction.None }).Forward)];

    /// <summary>−q ln p.</summary>
    internal readonly struct NegativeLogProbability : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => -(b * Guards.Weighable(a, b));
    }
}
