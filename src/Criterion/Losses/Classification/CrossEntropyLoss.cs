using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of logits: ℓ = −Σⱼ qⱼ ln pⱼ, p = softmax(x), against classes, ℓ = −w_y ln p_y, or class probabilities q.
/// </summary>
/// <remarks>
/// The gradient is p − q for weights of 1. Adding a constant to all logits of a row has no effect. A logit of −∞ excludes a class: its
/// probability and gradient are 0, and the loss is +∞ only if the target contains it. Label smoothing changes q to (1 − LabelSmoothing) q +
/// LabelSmoothing / C before the weights. PyTorch equivalent: <c>torch.nn.CrossEntropyLoss</c>; unlike it, a batch in which every target is
/// ignored throws unless <see cref="Loss.OnEmpty"/> is Zero, and never gives NaN.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C, d1, ...] or [C], target [N, d1, ...] of classes or like prediction of probabilities → scalar",
    Source = "label smoothing: Szegedy et al., Rethinking the inception architecture, 2016",
    PyTorch = "torch.nn.CrossEntropyLoss",
    Alternatives = "FocalLoss down-weights examples that are already correct; BCEWithLogitsLoss is for labels that are not exclusive; "
        + "KlFromLogitsLoss learns from another model's logits.")]
public sealed record CrossEntropyLoss : SoftmaxLoss, IPredictionLoss
{
    // Computed probabilities may exceed 1 by rounding.
    const double Slack = 1e-5;

    /// <summary>Initializes the loss.</summary>
    /// <param name="weight">The weight of each class, [C], or null. Default: null.</param>
    /// <param name="ignoreIndex">
    /// The class whose rows are excluded from loss, gradient and mean; may be out of range. Default: −100.
    /// </param>
    /// <param name="labelSmoothing">The share of the target that is spread evenly over all classes, in [0, 1]. Default: 0.</param>
    /// <param name="reduction">
    /// How per-element losses are reduced; with classes the mean is weighted, Σ ℓ / Σ w_y, with class probabilities it is over rows.
    /// Default: Mean.
    /// </param>
    public CrossEntropyLoss(Tensor? weight = null, long ignoreIndex = -100, double labelSmoothing = 0, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Weight, IgnoreIndex, LabelSmoothing) = (weight, ignoreIndex, labelSmoothing);

    /// <summary><inheritdoc cref="CrossEntropyLoss(Tensor?, long, double, Reduction)" path="/param[@name='weight']/node()"/></summary>
    public Tensor? Weight { get; init; }

    /// <summary><inheritdoc cref="CrossEntropyLoss(Tensor?, long, double, Reduction)" path="/param[@name='ignoreIndex']/node()"/></summary>
    public long IgnoreIndex { get; init; }

    /// <summary>
    /// <inheritdoc cref="CrossEntropyLoss(Tensor?, long, double, Reduction)" path="/param[@name='labelSmoothing']/node()"/>
    /// </summary>
    public double LabelSmoothing { get; init => field = Require.InUnitInterval(value, nameof(CrossEntropyLoss)); }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(default(NegativeLogProbability));

    /// <summary>Computes the loss of logits.</summary>
    /// <param name="prediction">The logits, [N, C, d₁, …] or [C].</param>
    /// <param name="target">The classes, Int64 of [N, d₁, …] or a scalar; or class probabilities of the shape of the prediction.</param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A class is out of range, a probability is not in [0, 1], or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (!target.DType.IsFloat())
        {
            return EvaluateClasses(prediction, target, IgnoreIndex, Weight, LabelSmoothing, isWeightedMean: true);
        }

        CheckAreNoLabels(prediction, target);
        CheckSameShape(prediction, target);
        CheckRange(target, 0, 1 + Slack, "a class index (Int64) or a probability in [0, 1]");
        return EvaluateRows(prediction, target, ClassDim(prediction), rows => SoftmaxTarget.Rows(rows, Weight, LabelSmoothing));
    }

    private protected override bool TakesProbabilities => true;

    /// <summary>Throws if floats have the shape of class indices.</summary>
    void CheckAreNoLabels(Tensor prediction, Tensor target)
    {
        if (prediction.Rank > 0 && target.Shape != prediction.Shape && target.Shape == prediction.Shape.Without(ClassDim(prediction)))
        {
            throw new DTypeException(
                $"{Name}: target {target.Shape} has the shape of class indices for prediction {prediction.Shape}, but is {target.DType}. "
                + $"Use target.To(DType.Int64), or pass class probabilities {prediction.Shape}.");
        }
    }

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        if (!inputs.Y.DType.IsFloat())
        {
            return FuseClasses(inputs, IgnoreIndex, Weight, LabelSmoothing, isWeightedMean: true);
        }

        if (!inputs.AreOfOneShape || inputs.X.Rank is not (1 or 2))
        {
            return null;
        }

        CheckRange(inputs.Y, 0, 1 + Slack, "a class index (Int64) or a probability in [0, 1]", name: "target");
        return FuseRows(inputs, ClassDim(inputs.X), SoftmaxTargetKind.Rows, Weight, LabelSmoothing);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [TargetLogitCurve("loss", (this with { Weight = null, Reduction = Reduction.None }).Forward)];

    /// <summary>−q ln p.</summary>
    internal readonly struct NegativeLogProbability : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => -(b * Guards.Weighable(a, b));
    }
}
