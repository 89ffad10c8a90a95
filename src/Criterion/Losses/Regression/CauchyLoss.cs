using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Cauchy's loss: ℓ = ln(1 + ½ (d / Scale)²), with d = x − y: it grows, ever more slowly, with the size of an outlier.</summary>
/// <remarks>
/// The gradient d / (Scale² + ½ d²) is greatest at |d| = √2 Scale and falls to 0 beyond: the loss is not convex there. It is the loss
/// of kornia at Scale 1.
/// </remarks>
/// <param name="Scale">The size of an ordinary error, above 0, in the units of the prediction.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Black, Anandan, The robust estimation of multiple motions, 1996; α = 0 of Barron, A general and adaptive robust loss function, 2019",
    Alternatives = "HuberLoss stays convex; GemanMcClureLoss and WelschLoss are bounded, so that a gross outlier counts for nothing.")]
public sealed record CauchyLoss(double Scale = 1, Reduction Reduction = Reduction.Mean) : PointwiseLoss(Reduction)
{
    /// <summary>The size of an ordinary error.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Scale { get; init => field = Require.Positive(value, nameof(CauchyLoss)); } =
        Require.Positive(Scale, nameof(CauchyLoss));

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
            T error = difference / T.Const(scale);
            if (typeof(T) == typeof(Latex))
            {
                return T.Log1p(T.Const(0.5) * (error * error));
            }

            // Far out ½ e² may overflow, and 1 does not count beside it: ln ½ e² = 2 (ln |d| − ln (√2 Scale)). Near 0 as Log1p has it.
            (T zero, T one) = (T.Const(0), T.Const(1));
            T isFar = T.Less(T.Const(Far), T.Abs(error));
            T near = T.Select(isFar, zero, error);
            T half = T.Const(0.5) * (near * near);
            T shifted = one + half;
            T log = T.Log(T.Select(isFar, T.Abs(difference), shifted));
            T small = T.Select(T.Equal(shifted, one), half, log * (half / (shifted - one)));
            T loss = T.Select(isFar, T.Const(2) * (log - T.Const(Math.Log(scale * Math.Sqrt(2)))), small);
            T slope = T.Select(isFar, T.Const(2), near * T.Const(1 / scale)) / T.Select(isFar, difference, shifted);
            return T.WithSlope(T.Detach(loss), difference, slope);
        }
    }
}
