using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Welsch's loss: ℓ = 1 − e^(−½ (d / Scale)²), with d = x − y: in [0, 1), an outlier costs 1 and no more.</summary>
/// <remarks>
/// The gradient vanishes for errors of many times Scale: a prediction that starts far off stays there. It is the loss of kornia at
/// Scale 1.
/// </remarks>
/// <param name="Scale">The size of an ordinary error, above 0, in the units of the prediction.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Dennis, Welsch, Techniques for nonlinear least squares and robust regression, 1978; α = −∞ of Barron, A general and adaptive robust loss function, 2019",
    Alternatives = "GemanMcClureLoss lets go of outliers more slowly; HuberLoss and CauchyLoss never quite do.")]
public sealed record WelschLoss(double Scale = 1, Reduction Reduction = Reduction.Mean) : PointwiseLoss(Reduction)
{
    /// <summary>The size of an ordinary error.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Scale { get; init => field = Require.Positive(value, nameof(WelschLoss)); } =
        Require.Positive(Scale, nameof(WelschLoss));

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
