using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Smooth absolute error: ℓ = ½ d² / Beta where |d| &lt; Beta, else |d| − ½ Beta, with d = x − y. Its slope is at most 1.
/// </summary>
/// <remarks>
/// Beta = 0 is the absolute error, with a gradient of 0 where prediction and target are equal. At |d| = Beta the gradient is
/// continuous and the second derivative jumps from 1 / Beta to 0. <see cref="HuberLoss"/> with Delta = Beta is this times Beta. Twin
/// of <c>torch.nn.SmoothL1Loss</c>.
/// </remarks>
/// <param name="Beta">Up to where an error counts squared, 0 or more, in the units of the prediction.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Girshick, Fast R-CNN, 2015, equation 3",
    PyTorch = "torch.nn.SmoothL1Loss",
    Alternatives = "HuberLoss is the same curve scaled so that its middle is MSE whatever the width; L1Loss has no width to choose.")]
public sealed record SmoothL1Loss(double Beta = 1, Reduction Reduction = Reduction.Mean) : PointwiseLoss(Reduction)
{
    /// <summary>Up to where an error counts squared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Beta { get; init => field = Require.NonNegative(value, nameof(SmoothL1Loss)); } =
        Require.NonNegative(Beta, nameof(SmoothL1Loss));

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new SmoothError(Beta));

    /// <summary>½ d² / Beta where |d| &lt; Beta, else |d| − ½ Beta.</summary>
    internal readonly struct SmoothError(double beta) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = x - y;
            T size = T.Abs(difference);
            return beta == 0
                ? size
                : T.Select(
                    T.Less(size, T.Const(beta)),
                    Guards.ScaledSquare(0.5 / beta, difference),
                    size - T.Const(0.5 * beta));
        }
    }
}
