using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The loss of Geman and McClure: ℓ = 2 e² / (e² + 4), with e = (x − y) / Scale: ½ e² for small errors, in [0, 2), an outlier costs 2
/// and no more.
/// </summary>
/// <remarks>
/// The gradient falls off as e⁻³: a prediction that starts far off learns slowly. It is the loss of kornia at Scale 1.
/// </remarks>
/// <param name="Scale">The size of an ordinary error, above 0, in the units of the prediction.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Name = "geman-mcclure",
    Shapes = "prediction, target of one shape → scalar",
    Source = "Geman, McClure, Bayesian image analysis, 1985; α = −2 of Barron, A general and adaptive robust loss function, 2019",
    Alternatives = "WelschLoss lets go of outliers sooner; CauchyLoss keeps pulling them a little; HuberLoss is convex.")]
public sealed record GemanMcClureLoss(double Scale = 1, Reduction Reduction = Reduction.Mean)
    : PointwiseLoss(Reduction)
{
    /// <summary>The size of an ordinary error.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Scale { get; init => field = Require.Positive(value, nameof(GemanMcClureLoss)); } =
        Require.Positive(Scale, nameof(GemanMcClureLoss));

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new GemanMcClureError(Scale));

    /// <summary>2 e² / (e² + 4).</summary>
    internal readonly struct GemanMcClureError(double scale) : IBinaryFormula
    {
        const double Far = 1e9;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T error = Guards.Scaled(x - y, scale);
            if (typeof(T) == typeof(Latex))
            {
                return T.Const(2) * (error * error) / ((error * error) + T.Const(4));
            }

            // By its slope 16 e / (e² + 4)²: that of the quotient would cancel. Far out e² may overflow, and the loss is 2.
            T ratio = T.Const(2) / ((error * error) + T.Const(4));
            T loss = T.Select(T.Less(T.Const(Far), T.Abs(error)), T.Const(2), ratio * error * error);
            return T.WithSlope(T.Detach(loss), error, T.Const(4) * ratio * error * ratio);
        }
    }
}
