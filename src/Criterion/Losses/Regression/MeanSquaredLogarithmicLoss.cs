using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Squared difference of logarithms, for numbers of 0 or more: ℓ = (ln(1 + max(x, Epsilon)) − ln(1 + max(y, Epsilon)))².</summary>
/// <remarks>
/// Compares ratios of large numbers and differences of small ones; an estimate too low costs more than one too high by as much. A negative
/// prediction counts as Epsilon and its gradient is 0, as in Keras, so that it is never corrected: end the model with a Softplus or a ReLU
/// of its own. A negative target throws. Keras equivalent: <c>keras.losses.MeanSquaredLogarithmicError</c>, which clamps such targets too.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target (0 or more) of one shape → scalar",
    Source = "Keras, MeanSquaredLogarithmicError",
    Alternatives = "MeanAbsolutePercentageLoss for errors in percent; PoissonNLLLoss for counts.")]
public sealed record MeanSquaredLogarithmicLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="epsilon">The lower bound of predictions and targets; must be 0 or more. Default: 1e-7, as in Keras.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public MeanSquaredLogarithmicLoss(double epsilon = 1e-7, Reduction reduction = Reduction.Mean)
        : base(reduction) => Epsilon = epsilon;

    /// <summary><inheritdoc cref="MeanSquaredLogarithmicLoss(double, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon { get; init => field = Require.NonNegative(value, nameof(MeanSquaredLogarithmicLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new SquaredLogRatio(Epsilon));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve("y = 1", 1, 0.01, 5)];

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target) => CheckRange(
        target, 0, double.PositiveInfinity, "0 or more", "Shift the targets, or use MSELoss.");

    /// <summary>(ln(1 + max(x, Epsilon)) − ln(1 + max(y, Epsilon)))².</summary>
    internal readonly struct SquaredLogRatio(double epsilon) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = T.Log1p(T.Max(x, T.Const(epsilon))) - T.Log1p(T.Max(y, T.Const(epsilon)));
            return difference * difference;
        }
    }
}
