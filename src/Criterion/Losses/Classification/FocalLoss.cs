using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of logits that down-weights examples that are already correct: ℓ = −α_y (1 − p_y)^γ ln p_y, p = softmax(x), y the class.
/// </summary>
/// <remarks>
/// With γ = 0 it is cross-entropy. Where p_y rounds to 1 the loss and its gradient are 0. The mean is over rows; unlike that of
/// <see cref="CrossEntropyLoss"/> it does not divide by the weights.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C, d1, ...] or [C], target [N, d1, ...] of classes → scalar",
    Source = "Lin, Goyal, Girshick, He and Dollár, Focal loss for dense object detection, 2017",
    Alternatives = "CrossEntropyLoss with class weights where only the classes are imbalanced; "
        + "BinaryFocalLoss for labels that are not exclusive.")]
public sealed record FocalLoss : SoftmaxLoss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="gamma">γ, how strongly correct examples are down-weighted; must be 0 or more. Default: 2.</param>
    /// <param name="alpha">α, the weight of each class, [C], a scalar for all, or null for 1. Default: null.</param>
    /// <param name="ignoreIndex">
    /// The class whose rows are excluded from loss, gradient and mean; may be out of range. Default: −100.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public FocalLoss(double gamma = 2, Tensor? alpha = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Gamma, Alpha, IgnoreIndex) = (gamma, alpha, ignoreIndex);

    /// <summary><inheritdoc cref="FocalLoss(double, Tensor?, long, Reduction)" path="/param[@name='alpha']/node()"/></summary>
    public Tensor? Alpha { get; init; }

    /// <summary><inheritdoc cref="FocalLoss(double, Tensor?, long, Reduction)" path="/param[@name='ignoreIndex']/node()"/></summary>
    public long IgnoreIndex { get; init; }

    /// <summary><inheritdoc cref="FocalLoss(double, Tensor?, long, Reduction)" path="/param[@name='gamma']/node()"/></summary>
    public double Gamma { get; init => field = Require.NonNegative(value, nameof(FocalLoss)); }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new FocalCrossEntropy(Gamma));

    /// <summary>Computes the loss of logits.</summary>
    /// <param name="prediction">The logits, [N, C, d₁, …] or [C].</param>
    /// <param name="target">The classes, Int64 of [N, d₁, …] or a scalar.</param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A class is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        bool isForAll = Alpha is { Count: 1 } && prediction.Rank > 0;
        Tensor? weight = isForAll ? Alpha!.Reshape(1).Expand(prediction.Shape[ClassDim(prediction)]) : Alpha;
        return EvaluateClasses(prediction, target, IgnoreIndex, weight);
    }

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs) =>
        Alpha is { Count: 1 } ? null : FuseClasses(inputs, IgnoreIndex, Alpha);

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [TargetLogitCurve("loss", (this with { Alpha = null, Reduction = Reduction.None }).Forward)];

    /// <summary>−q (1 − p)^γ ln p.</summary>
    internal readonly struct FocalCrossEntropy(double gamma) : ISoftmaxFormula
    {
        const double LogNearOne = -1e-25;

        public static bool VanishesWithTarget => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T>
        {
            T log = Guards.Weighable(a, b);
            if (gamma == 0)
            {
                return -(b * log);
            }

            // A power below 2 has an infinite second derivative at p = 1, which would be multiplied by ln p = 0.
            T unsure = T.Select(T.Equal(log, T.Zero), LogNearOne, log);
            return -(b * T.Pow(-T.Expm1(unsure), gamma) * unsure);
        }
    }
}
