using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Charbonnier loss, a smooth absolute error: ℓ = √(d² + Epsilon²), with d = x − y; with ZeroAtEquality, √(d² + Epsilon²) − Epsilon.
/// </summary>
/// <remarks>
/// The gradient d / √(d² + Epsilon²) is 0 where prediction and target are equal and approaches ±1 for |d| far above Epsilon. Without
/// ZeroAtEquality the minimum is Epsilon, not 0, as is customary in super-resolution. Kornia's loss is <c>new CharbonnierLoss(epsilon: 1,
/// zeroAtEquality: true)</c>.
/// </remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Charbonnier, Blanc-Féraud, Aubert, Barlaud, Two deterministic half-quadratic regularization algorithms for computed "
        + "imaging, 1994",
    Alternatives = "L1Loss is the limit for Epsilon 0; HuberLoss is exactly quadratic in the middle.")]
public sealed record CharbonnierLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="epsilon">
    /// The absolute error below which the loss is approximately quadratic, in units of the prediction; must be positive. Use 1e-3 to 1e-6
    /// for images in [0, 1]. Default: 1e-3.
    /// </param>
    /// <param name="zeroAtEquality">
    /// Whether Epsilon is subtracted, so that the loss is 0 where prediction and target are equal. Default: false.
    /// </param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public CharbonnierLoss(double epsilon = 1e-3, bool zeroAtEquality = false, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Epsilon, ZeroAtEquality) = (epsilon, zeroAtEquality);

    /// <summary><inheritdoc cref="CharbonnierLoss(double, bool, Reduction)" path="/param[@name='zeroAtEquality']/node()"/></summary>
    public bool ZeroAtEquality { get; init; }

    /// <summary><inheritdoc cref="CharbonnierLoss(double, bool, Reduction)" path="/param[@name='epsilon']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(CharbonnierLoss)); }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new Hyperbola(Epsilon, ZeroAtEquality));

    /// <summary>√(d² + Epsilon²), minus Epsilon with zeroAtEquality.</summary>
    internal readonly struct Hyperbola(double epsilon, Flag zeroAtEquality) : IBinaryFormula
    {
        // In units of Epsilon: beyond this, Epsilon does not change the root in any precision.
        const double Far = 1e15;

        // A power of 2 that scales Epsilon to about 1, so that squares neither overflow nor underflow.
        readonly double _scale = Math.ScaleB(1, Math.Clamp(-Math.ILogB(epsilon), -126, 126));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = x - y;
            if (T.IsText)
            {
                return Text(difference);
            }

            T clamped = T.Min(T.Max(difference * _scale, T.Const(-Far)), T.Const(Far));
            T length = T.Sqrt((clamped * clamped) + (epsilon * _scale * epsilon * _scale));
            T root = T.Max(T.Abs(difference), length * (1 / _scale));
            root = T.WithSlope(T.Detach(root), difference, clamped / length);

            // √(d² + ε²) − ε = d² / (√(d² + ε²) + ε), which does not cancel near 0.
            return zeroAtEquality ? difference * (difference / (root + epsilon)) : root;
        }

        T Text<T>(T difference)
            where T : struct, IReal<T>
        {
            T square = difference * difference;
            T root = T.Sqrt(square + (epsilon * epsilon));
            return zeroAtEquality ? square / (root + epsilon) : root;
        }
    }
}
