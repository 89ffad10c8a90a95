using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Cauchy loss: ℓ = ln(1 + ½ (d / Scale)²), with d = x − y. It grows logarithmically with the size of an outlier.</summary>
/// <remarks>
/// The gradient d / (Scale² + ½ d²) is largest at |d| = √2 Scale and decreases to 0 beyond, so the loss is not convex there. With Scale = 1
/// it equals kornia's Cauchy loss.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Black, Anandan, The robust estimation of multiple motions, 1996; "
        + "α = 0 of Barron, A general and adaptive robust loss function, 2019",
    Alternatives = "HuberLoss is convex; GemanMcClureLoss and WelschLoss are bounded, so that a gross outlier has no influence.")]
public sealed record CauchyLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="scale">The size of an ordinary error, in units of the prediction; must be positive. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public CauchyLoss(double scale = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Scale = scale;

    /// <summary><inheritdoc cref="CauchyLoss(double, Reduction)" path="/param[@name='scale']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Scale { get; init => field = Require.Positive(value, nameof(CauchyLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new CauchyError(Scale));

    /// <summary>ln(1 + ½ (d / Scale)²).</summary>
    internal readonly struct CauchyError(double scale) : IBinaryFormula
    {
        const double Far = 1e9;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = x - y;
            T error = difference / scale;
            if (T.IsText)
            {
                return T.Log1p(0.5 * (error * error));
            }

            // For large e, ½ e² may overflow and the 1 is negligible: ln ½ e² = 2 (ln |d| − ln (√2 Scale)). Near 0 as in Log1p.
            (T zero, T one) = (T.Zero, T.One);
            T isFar = T.Abs(error) > Far;
            T near = T.Select(isFar, zero, error);
            T half = 0.5 * (near * near);
            T shifted = one + half;
            T log = T.Log(T.Select(isFar, T.Abs(difference), shifted));
            T small = T.Select(T.Equal(shifted, one), half, log * (half / (shifted - one)));
            T loss = T.Select(isFar, 2 * (log - Math.Log(scale * Math.Sqrt(2))), small);
            T slope = T.Select(isFar, 2, near * (1 / scale)) / T.Select(isFar, difference, shifted);
            return T.WithSlope(T.Detach(loss), difference, slope);
        }
    }
}
