using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Geman–McClure loss: ℓ = 2 e² / (e² + 4), with e = (x − y) / Scale. It is ½ e² for small errors and bounded by 2 for outliers.
/// </summary>
/// <remarks>
/// The gradient decays as e⁻³, so a prediction with a large initial error learns slowly. With Scale = 1 it equals kornia's loss.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Name = "geman-mcclure",
    Shapes = "prediction, target of one shape → scalar",
    Source = "Geman, McClure, Bayesian image analysis, 1985; α = −2 of Barron, A general and adaptive robust loss function, 2019",
    Alternatives = "WelschLoss ignores outliers sooner; CauchyLoss keeps a small gradient for them; HuberLoss is convex.")]
public sealed record GemanMcClureLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="scale">The size of an ordinary error, in units of the prediction; must be positive. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public GemanMcClureLoss(double scale = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Scale = scale;

    /// <summary><inheritdoc cref="GemanMcClureLoss(double, Reduction)" path="/param[@name='scale']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Scale { get; init => field = Require.Positive(value, nameof(GemanMcClureLoss)); }

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
            if (T.IsText)
            {
                return 2 * (error * error) / ((error * error) + 4);
            }

            // The slope is 16 e / (e² + 4)²: the quotient rule would cancel. For large e, e² may overflow and the loss is 2.
            T ratio = 2 / ((error * error) + 4);
            T loss = T.Select(T.Abs(error) > Far, 2, ratio * error * error);
            return T.WithSlope(T.Detach(loss), error, 4 * ratio * error * ratio);
        }
    }
}
