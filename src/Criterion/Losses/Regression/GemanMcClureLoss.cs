using System.Runtime.CompilerServices;
using Criterion.Formulas;

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
    Shapes = "prediction, target of one shape → scalar",
    Source = "Geman, McClure, Bayesian image analysis, 1985; α = −2 of Barron, A general and adaptive robust loss function, 2019",
    Alternatives = "WelschLoss lets go of outliers sooner; CauchyLoss keeps pulling them a little; HuberLoss is convex.")]
public sealed record GemanMcClureLoss(double Scale = 1, Reduction Reduction = Reduction.Mean)
    : PointwiseLoss<GemanMcClureLoss.GemanMcClureError>(Reduction)
{
    /// <summary>The size of an ordinary error.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Scale { get; init => field = Checked(value); } = Checked(Scale);

    /// <inheritdoc/>
    protected internal override GemanMcClureError Formula => new(Scale);

    static double Checked(double scale) => Require.Positive(scale, nameof(GemanMcClureLoss), nameof(Scale));

    /// <summary>2 e² / (e² + 4).</summary>
    public readonly struct GemanMcClureError(double scale) : IBinaryFormula
    {
        const double Far = 1e9;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T error = (x - y) / T.Const(scale);
            if (typeof(T) == typeof(Latex))
            {
                return T.Const(2) * (error * error) / ((error * error) + T.Const(4));
            }

            T isFar = T.Less(T.Const(Far), T.Abs(error));
            return T.Any(isFar) ? WithFar(error, isFar) : Near(error);
        }

        // By its slope 16 e / (e² + 4)²: that of the quotient would cancel.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Near<T>(T error)
            where T : struct, IReal<T>
        {
            T ratio = T.Const(2) / ((error * error) + T.Const(4));
            return T.WithSlope(T.Detach(ratio * error * error), error, T.Const(4) * ratio * ratio * error);
        }

        // Far out e² may overflow: 2 / (1 + (2/e)²).
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static T WithFar<T>(T error, T isFar)
            where T : struct, IReal<T>
        {
            T ratio = T.Const(2) / T.Select(isFar, error, T.Const(2));
            return T.Select(isFar, T.Const(2) / (T.Const(1) + (ratio * ratio)), Near(T.Select(isFar, T.Const(0), error)));
        }
    }
}
