using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The pinball loss: ℓ = max(Quantile (y − x), (Quantile − 1)(y − x)), whose best constant is that quantile of the targets: at 0.9,
/// nine in ten lie below.
/// </summary>
/// <remarks>
/// The gradient by the prediction is −Quantile below the target and 1 − Quantile above; where they are equal it is the middle of both,
/// ½ − Quantile. At Quantile 0.5 the loss is half of <see cref="L1Loss"/>.
/// </remarks>
/// <param name="Quantile">The share of targets below the best prediction, between 0 and 1.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Koenker, Bassett, Regression quantiles, 1978",
    Alternatives = "L1Loss for the median; GaussianNLLLoss where a mean and a variance tell the spread.")]
public sealed record QuantileLoss(double Quantile = 0.5, Reduction Reduction = Reduction.Mean) : PointwiseLoss(Reduction)
{
    /// <summary>The share of targets below the best prediction.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 1.</exception>
    public double Quantile { get; init => field = Require.InOpenUnitInterval(value, nameof(QuantileLoss)); } =
        Require.InOpenUnitInterval(Quantile, nameof(QuantileLoss));

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new Pinball(Quantile));

    /// <summary>max(Quantile (y − x), (Quantile − 1)(y − x)).</summary>
    internal readonly struct Pinball(double quantile) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T error = y - x;
            return T.Max(T.Const(quantile) * error, T.Const(quantile - 1) * error);
        }
    }
}
