using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of logits that turns down what is already right: ℓ = −α_y (1 − p_y)^γ ln p_y, p = softmax(x), y the class.
/// </summary>
/// <remarks>
/// With γ = 0 it is cross-entropy. Where p_y rounds to 1 the loss and its gradient are 0. The mean is over rows; it does not divide by
/// the weights, as that of <see cref="CrossEntropyLoss"/> does.
/// </remarks>
/// <param name="Gamma">γ ≥ 0: how far examples that are already right are turned down.</param>
/// <param name="Alpha">α: a factor for each class, [C], a scalar for all, or null for 1.</param>
/// <param name="IgnoreIndex">The class whose rows are left out of loss, gradient and mean; it need not be in range.</param>
/// <param name="Reduction">What becomes of the losses of single rows.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C, d1, ...] or [C], target [N, d1, ...] of classes → scalar",
    Source = "Lin, Goyal, Girshick, He and Dollár, Focal loss for dense object detection, 2017",
    Alternatives = "CrossEntropyLoss with class weights when only the classes are unbalanced; BinaryFocalLoss for labels that do not exclude each other.")]
public sealed record FocalLoss(
    double Gamma = 2, Tensor? Alpha = null, long IgnoreIndex = -100, Reduction Reduction = Reduction.Mean)
    : SoftmaxLoss(Reduction), IPredictionLoss
{
    /// <inheritdoc cref="FocalLoss(double, Tensor, long, Reduction)"/>
    public double Gamma { get; init => field = Require.NonNegative(value, nameof(FocalLoss)); } =
        Require.NonNegative(Gamma, nameof(FocalLoss));

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new FocalCrossEntropy(Gamma));

    /// <summary>The loss of logits.</summary>
    /// <param name="prediction">Logits, [N, C, d₁, …] or [C].</param>
    /// <param name="target">Classes as Int64, [N, d₁, …] or a scalar.</param>
    /// <returns>A scalar, or one loss for each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">Shapes do not go together.</exception>
    /// <exception cref="LossException">A class is out of range, or there is nothing to compare.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        bool isForAll = Alpha is { Count: 1 } && prediction.Rank > 0;
        Tensor? weight = isForAll ? Alpha!.Reshape(1).Expand(prediction.Shape[ClassDim(prediction)]) : Alpha;
        return EvaluateClasses(prediction, target, IgnoreIndex, weight);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [TargetLogitCurve("loss", (this with { Alpha = null, Reduction = Reduction.None }).Forward)];

    /// <summary>−q (1 − p)^γ ln p.</summary>
    internal readonly struct FocalCrossEntropy(double gamma) : ISoftmaxFormula
    {
        const double Nearly = -1e-25;

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

            // A power below 2 has a derivative of ∞ where p is 1, which then meets the logarithm's 0.
            T unsure = T.Select(T.Equal(log, T.Const(0)), T.Const(Nearly), log);
            return -(b * T.Pow(-T.Expm1(unsure), gamma) * unsure);
        }
    }
}
