using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Binary cross-entropy of logits that focuses positives and negatives separately, for images with many labels of which few are set:
/// ℓ = −(1 − p)^PositiveGamma ln p for a positive and −pₘ^NegativeGamma ln(1 − pₘ) for a negative, with p = σ(x) and pₘ = max(0, p −
/// Shift).
/// </summary>
/// <remarks>
/// Negatives with a probability below Shift have zero loss and gradient. The gradient flows through the weights; the authors' code detaches
/// them by default. A target in between mixes both. With both exponents and Shift 0 it is <see cref="BCEWithLogitsLoss"/>.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (logits), target (in [0, 1]) of one shape → scalar",
    Source = "Ridnik et al., Asymmetric loss for multi-label classification, 2021, equation 7",
    Alternatives = "BinaryFocalLoss has one exponent for both; BCEWithLogitsLoss keeps probabilities calibrated.")]
public sealed record AsymmetricLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="positiveGamma">The exponent of positives; must be 0 or more. Default: 0.</param>
    /// <param name="negativeGamma">The exponent of negatives; must be 0, or 1 or more. Default: 4.</param>
    /// <param name="shift">The probability below which a negative has zero loss, in [0, 1]. Default: 0.05.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean; the authors sum.</param>
    public AsymmetricLoss(
        double positiveGamma = 0, double negativeGamma = 4, double shift = 0.05, Reduction reduction = Reduction.Mean)
        : base(reduction) => (PositiveGamma, NegativeGamma, Shift) = (positiveGamma, negativeGamma, shift);

    /// <summary>
    /// <inheritdoc cref="AsymmetricLoss(double, double, double, Reduction)" path="/param[@name='positiveGamma']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double PositiveGamma { get; init => field = Require.NonNegative(value, nameof(AsymmetricLoss)); }

    /// <summary>
    /// <inheritdoc cref="AsymmetricLoss(double, double, double, Reduction)" path="/param[@name='negativeGamma']/node()"/>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is neither 0 nor 1 or more, or not finite.</exception>
    public double NegativeGamma
    {
        get;
        init => field = Require.That(
            value == 0 || (value >= 1 && double.IsFinite(value)), value, nameof(AsymmetricLoss), "0, or 1 or more and finite");
    }

    /// <summary><inheritdoc cref="AsymmetricLoss(double, double, double, Reduction)" path="/param[@name='shift']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1].</exception>
    public double Shift { get; init => field = Require.InUnitInterval(value, nameof(AsymmetricLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new FocusedEntropy(PositiveGamma, NegativeGamma, Shift));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1, -4, 4), Curve("y = 0", 0, -4, 4)];

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) =>
        CheckRange(target, 0, 1, "in [0, 1]", "For targets of 1 and −1 use (y + 1) / 2.");

    /// <summary>−y (1 − p)^γ₊ ln p − (1 − y) pₘ^γ₋ ln(1 − pₘ).</summary>
    internal readonly struct FocusedEntropy(double positiveGamma, double negativeGamma, double shift) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T not = 1 - y;
            T positive = Guards.Weighable(T.Softplus(-x), y);
            T weighted = positiveGamma == 0 ? positive : T.Exp(-positiveGamma * T.Softplus(x)) * positive;
            return (y * weighted) + (not * Guards.Weighable(Negative(x), not));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Negative<T>(T x)
            where T : struct, IReal<T>
        {
            T shifted = shift == 0 ? T.Sigmoid(x) : T.PositivePart(T.Sigmoid(x) - shift);
            T entropy = shift == 0 ? T.Softplus(x) : -T.Log1p(-shifted);
            return negativeGamma == 0 ? entropy : T.Pow(shifted, negativeGamma) * entropy;
        }
    }
}
