using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Binary cross-entropy of logits that counts easy examples less: ℓ = −α (1 − p)^γ ln p for a positive and −(1 − α) p^γ ln(1 − p) for a
/// negative, with p = σ(x). A target between counts as that much of each.
/// </summary>
/// <remarks>
/// With the logarithm of 1 − σ(x) at hand, −softplus(x), no logit overflows and the gradient of a well-classified example is 0, not
/// NaN, for any γ. With Gamma = 0 and no Alpha it is <see cref="BCEWithLogitsLoss"/>. For targets of 0 and 1 it is torchvision's
/// <c>sigmoid_focal_loss</c>, whose reduction is none by default; for targets between, torchvision mixes p instead.
/// </remarks>
/// <param name="Alpha">α, how much positives weigh against negatives, in [0, 1]; null weighs neither.</param>
/// <param name="Gamma">γ, 0 or more: how fast the weight of an example falls as it gets easy.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits), target (in [0, 1]) of one shape → scalar",
    Source = "Lin, Goyal, Girshick, He, Dollár, Focal loss for dense object detection, 2017, equation 5",
    Alternatives = "BCEWithLogitsLoss with a positive weight keeps probabilities calibrated; DiceLoss and TverskyLoss compare areas.")]
public sealed record BinaryFocalLoss(double? Alpha = 0.25, double Gamma = 2, Reduction Reduction = Reduction.Mean)
    : PointwiseLoss(Reduction)
{
    /// <summary>How much positives weigh against negatives; null weighs neither.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside of [0, 1].</exception>
    public double? Alpha { get; init => field = CheckedAlpha(value); } = CheckedAlpha(Alpha);

    /// <summary>How fast the weight of an example falls as it gets easy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Gamma { get; init => field = Require.NonNegative(value, nameof(BinaryFocalLoss)); } =
        Require.NonNegative(Gamma, nameof(BinaryFocalLoss));

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new FocalCrossEntropy(Alpha ?? 1, 1 - (Alpha ?? 0), Gamma));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1, -4, 4), Curve("y = 0", 0, -4, 4)];

    /// <inheritdoc/>
    private protected override bool IsNaNOutsideDomain => true;

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) =>
        CheckRange(target, 0, 1, "in [0, 1]", "For targets of 1 and −1 use (y + 1) / 2.");

    static double? CheckedAlpha(double? alpha) => alpha is { } value ? Require.InUnitInterval(value, nameof(BinaryFocalLoss), nameof(Alpha)) : null;

    /// <summary>α y e^(−γ softplus(x)) softplus(−x) + (1 − α)(1 − y) e^(−γ softplus(−x)) softplus(x).</summary>
    internal readonly struct FocalCrossEntropy(double positive, double negative, double gamma) : IBinaryFormula
    {
        // The logarithm of a weight that is 0 in every precision.
        const double Nothing = -1000;

        // Within which neither term is out of range.
        const double Far = 1e9;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T zero = T.Const(0);
            T not = T.Const(1) - y;
            T isFar = T.Less(T.Const(Far), T.Abs(x));
            T loss = T.Any(isFar) ? WithFar(x, y, not) : Terms(x, y, not);
            return Guards.UndefinedWhere(T.Less(y * not, zero), loss);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Terms<T>(T x, T y, T not)
            where T : struct, IReal<T>
        {
            T exponent = T.Const(-gamma);
            T ofZero = Guards.Softplus(x, out T ofOne);
            return (T.Const(positive) * y * Focused(ofOne, exponent * ofZero)) + (T.Const(negative) * not * Focused(ofZero, exponent * ofOne));
        }

        // What has no weight may be infinite, and what weighs nothing is held where its weight no longer changes.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        T WithFar<T>(T x, T y, T not)
            where T : struct, IReal<T>
        {
            T exponent = T.Const(-gamma);
            T ofZero = Guards.Softplus(x, out T ofOne);
            return (T.Const(positive) * y * Focused(Guards.Weighable(ofOne, y), Held(exponent * ofZero)))
                + (T.Const(negative) * not * Focused(Guards.Weighable(ofZero, not), Held(exponent * ofOne)));
        }

        static T Held<T>(T logOfWeight)
            where T : struct, IReal<T> => T.Select(T.Less(logOfWeight, T.Const(Nothing)), T.Const(Nothing), logOfWeight);

        // With −ln p and −ln (1 − p): (1 − p)^γ = e^(γ ln (1 − p)), so that 0^(γ − 1) of an easy example never arises.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Focused<T>(T surprise, T logOfWeight)
            where T : struct, IReal<T> => gamma == 0 ? surprise : T.Exp(logOfWeight) * surprise;
    }
}
