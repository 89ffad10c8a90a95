using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Absolute error in percent of the target: ℓ = 100 |x − y| / max(|y|, Epsilon).</summary>
/// <remarks>
/// At a target of 0 the loss is 100 |x| / Epsilon: 1e9 for an error of 1 with the default Epsilon, finite but far above all others, so that
/// one such target dominates a mean. Set Epsilon to the smallest target that matters. The gradient by the prediction has the constant size
/// 100 / max(|y|, Epsilon), and is 0 where prediction and target are equal. Keras equivalent:
/// <c>keras.losses.MeanAbsolutePercentageError</c>.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Makridakis, Accuracy measures: theoretical and practical concerns, 1993, which names its faults at small targets",
    Alternatives = "MeanSquaredLogarithmicLoss compares ratios too and is finite at 0; L1Loss does not divide by the target.")]
public sealed record MeanAbsolutePercentageLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="epsilon">The lower bound of |y| in the denominator; must be positive. Default: 1e-7, as in Keras.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public MeanAbsolutePercentageLoss(double epsilon = 1e-7, Reduction reduction = Reduction.Mean)
        : base(reduction) => Epsilon = epsilon;

    /// <summary><inheritdoc cref="MeanAbsolutePercentageLoss(double, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(MeanAbsolutePercentageLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new RelativeError(Epsilon));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1), Curve("y = 2", 2)];

    /// <summary>100 |x − y| / max(|y|, Epsilon).</summary>
    internal readonly struct RelativeError(double epsilon) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => 100 * (T.Abs(x - y) / T.Max(T.Abs(y), T.Const(epsilon)));
    }
}
