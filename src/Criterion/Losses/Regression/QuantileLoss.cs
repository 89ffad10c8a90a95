using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Quantile (pinball) loss: ℓ = max(Quantile (y − x), (Quantile − 1)(y − x)). The best constant prediction is that quantile of the targets:
/// at 0.9, 90 % lie below.
/// </summary>
/// <remarks>
/// The gradient by the prediction is −Quantile below the target and 1 − Quantile above. Where they are equal it is the mean of both, ½ −
/// Quantile. With Quantile = 0.5 the loss is half of <see cref="L1Loss"/>.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Koenker, Bassett, Regression quantiles, 1978",
    Alternatives = "L1Loss for the median; GaussianNLLLoss where a mean and a variance describe the distribution.")]
public sealed record QuantileLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="quantile">The share of targets below the best prediction, in (0, 1). Default: 0.5.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public QuantileLoss(double quantile = 0.5, Reduction reduction = Reduction.Mean)
        : base(reduction) => Quantile = quantile;

    /// <summary><inheritdoc cref="QuantileLoss(double, Reduction)" path="/param[@name='quantile']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in (0, 1).</exception>
    public double Quantile { get; init => field = Require.InOpenUnitInterval(value, nameof(QuantileLoss)); }

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
            return T.Max(quantile * error, (quantile - 1) * error);
        }
    }
}
