using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Smooth absolute error: ℓ = ½ d² / Beta where |d| &lt; Beta, else |d| − ½ Beta, with d = x − y. The slope is at most 1.
/// </summary>
/// <remarks>
/// Beta = 0 is the absolute error, whose gradient is 0 where prediction and target are equal. At |d| = Beta the gradient is continuous and
/// the second derivative jumps from 1 / Beta to 0. <see cref="HuberLoss"/> with Delta = Beta is this loss times Beta. PyTorch equivalent:
/// <c>torch.nn.SmoothL1Loss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Girshick, Fast R-CNN, 2015, equation 3",
    PyTorch = "torch.nn.SmoothL1Loss",
    Alternatives = "HuberLoss is the same curve scaled so that its middle is half the squared error for any width; "
        + "L1Loss has no width to choose.")]
public sealed record SmoothL1Loss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="beta">
    /// The absolute error at which the loss changes from quadratic to linear, in units of the prediction; must be 0 or more. Default: 1.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public SmoothL1Loss(double beta = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Beta = beta;

    /// <summary><inheritdoc cref="SmoothL1Loss(double, Reduction)" path="/param[@name='beta']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Beta { get; init => field = Require.NonNegative(value, nameof(SmoothL1Loss)); }

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
                : T.Select(size < beta, Guards.ScaledSquare(0.5 / beta, difference), size - (0.5 * beta));
        }
    }
}
