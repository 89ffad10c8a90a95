using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Binary cross-entropy of logits that down-weights easy examples: ℓ = −α (1 − p)^γ ln p for a positive and −(1 − α) p^γ ln(1 − p) for a
/// negative, with p = σ(x). A target between 0 and 1 mixes both.
/// </summary>
/// <remarks>
/// ln(1 − σ(x)) is computed as −softplus(x), so no logit overflows and the gradient of a well-classified example is 0, not NaN, for any γ.
/// With Gamma = 0 and Alpha = null it is <see cref="BCEWithLogitsLoss"/>. For targets of 0 and 1 it equals torchvision's
/// <c>sigmoid_focal_loss</c>, whose default reduction is none; for targets in between, torchvision mixes p instead.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits), target (in [0, 1]) of one shape → scalar",
    Source = "Lin, Goyal, Girshick, He, Dollár, Focal loss for dense object detection, 2017, equation 5",
    Alternatives = "BCEWithLogitsLoss with a positive weight keeps probabilities calibrated; DiceLoss and TverskyLoss compare areas.")]
public sealed record BinaryFocalLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="alpha">α, the weight of positives against negatives, in [0, 1]; null weighs both by 1. Default: 0.25.</param>
    /// <param name="gamma">γ, how fast the weight of an example decays as it becomes easy; must be 0 or more. Default: 2.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public BinaryFocalLoss(double? alpha = 0.25, double gamma = 2, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Alpha, Gamma) = (alpha, gamma);

    /// <summary><inheritdoc cref="BinaryFocalLoss(double?, double, Reduction)" path="/param[@name='alpha']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1].</exception>
    public double? Alpha { get; init => field = CheckedAlpha(value); }

    /// <summary><inheritdoc cref="BinaryFocalLoss(double?, double, Reduction)" path="/param[@name='gamma']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Gamma { get; init => field = Require.NonNegative(value, nameof(BinaryFocalLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new FocalCrossEntropy(Alpha ?? 1, 1 - (Alpha ?? 0), Gamma));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1, -4, 4), Curve("y = 0", 0, -4, 4)];

    /// <inheritdoc/>
    private protected override bool IsNaNOutsideDomain => true;

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) =>
        CheckRange(target, 0, 1, "in [0, 1]", "For targets of 1 and −1 use (y + 1) / 2.");

    static double? CheckedAlpha(double? alpha) =>
        alpha is { } value ? Require.InUnitInterval(value, nameof(BinaryFocalLoss), nameof(Alpha)) : null;

    /// <summary>α y e^(−γ softplus(x)) softplus(−x) + (1 − α)(1 − y) e^(−γ softplus(−x)) softplus(x).</summary>
    internal readonly struct FocalCrossEntropy(double positive, double negative, double gamma) : IBinaryFormula
    {
        // The logarithm of a weight that underflows to 0 in every precision.
        const double VanishingLogWeight = -1000;

        // For |x| up to this, no term overflows.
        const double Far = 1e9;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T zero = T.Zero;
            T not = 1 - y;
            T isFar = T.Abs(x) > Far;
            T loss = T.Any(isFar) ? LargeLogitTerms(x, y, not) : Terms(x, y, not);
            return Guards.UndefinedWhere(y * not < zero, loss);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Terms<T>(T x, T y, T not)
            where T : struct, IReal<T>
        {
            T exponent = T.Const(-gamma);
            T ofZero = Guards.Softplus(x, out T ofOne);
            return (positive * y * Modulated(ofOne, exponent * ofZero)) + (negative * not * Modulated(ofZero, exponent * ofOne));
        }

        // A term of weight 0 may be infinite, and a logarithm is clamped where its weight has underflowed.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        T LargeLogitTerms<T>(T x, T y, T not)
            where T : struct, IReal<T>
        {
            T exponent = T.Const(-gamma);
            T ofZero = Guards.Softplus(x, out T ofOne);
            return (positive * y * Modulated(Guards.Weighable(ofOne, y), ClampBelow(exponent * ofZero)))
                + (negative * not * Modulated(Guards.Weighable(ofZero, not), ClampBelow(exponent * ofOne)));
        }

        static T ClampBelow<T>(T logOfWeight)
            where T : struct, IReal<T> => T.Select(logOfWeight < VanishingLogWeight, VanishingLogWeight, logOfWeight);

        // With −ln p and −ln (1 − p): (1 − p)^γ = e^(γ ln (1 − p)), so that 0^(γ − 1) never occurs for an easy example.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Modulated<T>(T crossEntropy, T logOfWeight)
            where T : struct, IReal<T> => gamma == 0 ? crossEntropy : T.Exp(logOfWeight) * crossEntropy;
    }
}
