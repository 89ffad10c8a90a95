using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Cross-entropy of logits with another coefficient of the first term of its expansion in 1 − p (Poly-1): ℓ = −ln p_y + Epsilon (1 − p_y),
/// p = softmax(x), y the class.
/// </summary>
/// <remarks>
/// A positive Epsilon raises the gradient of examples that are nearly correct, a negative one, above −1, lowers it. With Epsilon = 0 it is
/// <see cref="CrossEntropyLoss"/>, and like it the mean with class weights is Σ ℓ / Σ w_y.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C, d1, ...] or [C], target [N, d1, ...] of classes → scalar",
    Source = "Leng et al., PolyLoss: a polynomial expansion perspective of classification loss functions, 2022, equation 6",
    Alternatives = "FocalLoss down-weights examples that are already correct; CrossEntropyLoss keeps probabilities calibrated.")]
public sealed record PolyLoss : SoftmaxLoss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="epsilon">The addition to the coefficient 1 of 1 − p; must be −1 or more. Default: 1.</param>
    /// <param name="weight">The weight of each class, [C], or null. Default: null.</param>
    /// <param name="ignoreIndex">
    /// The class whose rows are excluded from loss, gradient and mean; may be out of range. Default: −100.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public PolyLoss(double epsilon = 1, Tensor? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Epsilon, Weight, IgnoreIndex) = (epsilon, weight, ignoreIndex);

    /// <summary><inheritdoc cref="PolyLoss(double, Tensor?, long, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below −1 or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = Require.That(value >= -1 && double.IsFinite(value), value, nameof(PolyLoss), "−1 or more and finite");
    }

    /// <summary><inheritdoc cref="PolyLoss(double, Tensor?, long, Reduction)" path="/param[@name='weight']/node()"/></summary>
    public Tensor? Weight { get; init; }

    /// <summary><inheritdoc cref="PolyLoss(double, Tensor?, long, Reduction)" path="/param[@name='ignoreIndex']/node()"/></summary>
    public long IgnoreIndex { get; init; }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new FirstOrder(Epsilon));

    /// <summary>Computes the loss of logits.</summary>
    /// <param name="prediction">The logits, [N, C, d₁, …] or [C].</param>
    /// <param name="target">The classes, Int64 of [N, d₁, …] or a scalar.</param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A class is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target) =>
        EvaluateClasses(prediction, target, IgnoreIndex, Weight, isWeightedMean: true);

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs) => FuseClasses(inputs, IgnoreIndex, Weight, isWeightedMean: true);

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [TargetLogitCurve("loss", (this with { Weight = null, Reduction = Reduction.None }).Forward)];

    /// <summary>−q ln p + q Epsilon (1 − p).</summary>
    internal readonly struct FirstOrder(double epsilon) : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T>
        {
            T log = Guards.Weighable(a, b);
            return -(b * (log + (epsilon * T.Expm1(log))));
        }
    }
}
