using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Huber loss: ℓ = ½ d² where |d| ≤ Delta, else Delta (|d| − ½ Delta), with d = x − y. Quadratic for small errors and linear for outliers;
/// the slope is at most Delta.
/// </summary>
/// <remarks>
/// At |d| = Delta the gradient is continuous and the second derivative jumps from 1 to 0. <see cref="SmoothL1Loss"/> with Beta = Delta is
/// this loss divided by Delta. PyTorch equivalent: <c>torch.nn.HuberLoss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Huber, Robust estimation of a location parameter, 1964",
    PyTorch = "torch.nn.HuberLoss",
    Alternatives = "LogCoshLoss has a continuous second derivative; CauchyLoss and WelschLoss reduce the influence of outliers further.")]
public sealed record HuberLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="delta">
    /// The absolute error at which the loss changes from quadratic to linear, in units of the prediction; must be positive. Default: 1.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public HuberLoss(double delta = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Delta = delta;

    /// <summary><inheritdoc cref="HuberLoss(double, Reduction)" path="/param[@name='delta']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Delta { get; init => field = Require.Positive(value, nameof(HuberLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new HuberError(Delta));

    /// <summary>½ d² where |d| ≤ Delta, else Delta (|d| − ½ Delta).</summary>
    internal readonly struct HuberError(double delta) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = x - y;
            T size = T.Abs(difference);
            return T.Select(size <= delta, Guards.ScaledSquare(0.5, difference), delta * (size - (0.5 * delta)));
        }
    }
}
