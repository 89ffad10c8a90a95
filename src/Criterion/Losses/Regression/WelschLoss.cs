using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Welsch loss: ℓ = 1 − e^(−½ (d / Scale)²), with d = x − y. It is in [0, 1), so an outlier costs at most 1.</summary>
/// <remarks>
/// The gradient vanishes for errors of many times Scale: a prediction with a large initial error does not learn. With Scale = 1 it equals
/// kornia's loss.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Dennis, Welsch, Techniques for nonlinear least squares and robust regression, 1978; "
        + "α = −∞ of Barron, A general and adaptive robust loss function, 2019",
    Alternatives = "GemanMcClureLoss ignores outliers more gradually; HuberLoss and CauchyLoss never ignore them entirely.")]
public sealed record WelschLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="scale">The size of an ordinary error, in units of the prediction; must be positive. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public WelschLoss(double scale = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Scale = scale;

    /// <summary><inheritdoc cref="WelschLoss(double, Reduction)" path="/param[@name='scale']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Scale { get; init => field = Require.Positive(value, nameof(WelschLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new WelschError(Scale));

    /// <summary>1 − e^(−½ (d / Scale)²).</summary>
    internal readonly struct WelschError(double scale) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T error = Guards.Scaled(x - y, scale);
            return -T.Expm1(Guards.ScaledSquare(-0.5, error));
        }
    }
}
