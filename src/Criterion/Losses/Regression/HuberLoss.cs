using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Huber's loss: ℓ = ½ d² where |d| ≤ Delta, else Delta (|d| − ½ Delta), with d = x − y: squared for small errors, linear for
/// outliers. Its slope is at most Delta.
/// </summary>
/// <remarks>
/// At |d| = Delta the gradient is continuous and the second derivative jumps from 1 to 0. <see cref="SmoothL1Loss"/> with Beta =
/// Delta is this divided by Delta. Twin of <c>torch.nn.HuberLoss</c>.
/// </remarks>
/// <param name="Delta">Up to where an error counts squared, above 0, in the units of the prediction.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Huber, Robust estimation of a location parameter, 1964",
    PyTorch = "torch.nn.HuberLoss",
    Alternatives = "LogCoshLoss has a continuous second derivative; CauchyLoss and WelschLoss let go of outliers further out.")]
public sealed record HuberLoss(double Delta = 1, Reduction Reduction = Reduction.Mean) : PointwiseLoss(Reduction)
{
    /// <summary>Up to where an error counts squared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Delta { get; init => field = Require.Positive(value, nameof(HuberLoss)); } =
        Require.Positive(Delta, nameof(HuberLoss));

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
            return T.Select(
                T.LessOrEqual(size, T.Const(delta)),
                Guards.ScaledSquare(0.5, difference),
                T.Const(delta) * (size - T.Const(0.5 * delta)));
        }
    }
}
