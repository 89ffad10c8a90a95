using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Charbonnier's loss, a smooth absolute error: ℓ = √(d² + Epsilon²), with d = x − y; with ZeroAtEquality, √(d² + Epsilon²) − Epsilon.
/// </summary>
/// <remarks>
/// Its gradient d / √(d² + Epsilon²) is 0 where prediction and target are equal and nears ±1 for |d| far above Epsilon. Without
/// ZeroAtEquality the least loss is Epsilon, not 0, as is customary in super-resolution. The loss of kornia is
/// <c>new CharbonnierLoss(Epsilon: 1, ZeroAtEquality: true)</c>.
/// </remarks>
/// <param name="Epsilon">Below which an error counts squared, above 0, in the units of the prediction; 10⁻³ to 10⁻⁶ for images in [0, 1].</param>
/// <param name="ZeroAtEquality">Whether Epsilon is taken off, so that the loss is 0 where prediction and target are equal.</param>
/// <param name="Reduction">What becomes of the losses of single elements.</param>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Source = "Charbonnier, Blanc-Féraud, Aubert, Barlaud, Two deterministic half-quadratic regularization algorithms for computed imaging, 1994",
    Alternatives = "L1Loss is its limit for Epsilon 0; HuberLoss is exactly squared in the middle.")]
public sealed record CharbonnierLoss(double Epsilon = 1e-3, bool ZeroAtEquality = false, Reduction Reduction = Reduction.Mean)
    : PointwiseLoss(Reduction)
{
    /// <summary>Below which an error counts squared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive and finite.</exception>
    public double Epsilon { get; init => field = Require.Positive(value, nameof(CharbonnierLoss)); } =
        Require.Positive(Epsilon, nameof(CharbonnierLoss));

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new Hyperbola(Epsilon, ZeroAtEquality));

    /// <summary>√(d² + Epsilon²), less Epsilon where asked for.</summary>
    internal readonly struct Hyperbola(double epsilon, bool zeroAtEquality) : IBinaryFormula
    {
        // In units of Epsilon: beyond, it no longer changes the root in any precision.
        const double Far = 1e15;

        // A power of 2 that brings Epsilon near 1, so that squares are in range.
        readonly double _scale = Math.ScaleB(1, Math.Clamp(-Math.ILogB(epsilon), -126, 126));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = x - y;
            if (typeof(T) == typeof(Latex))
            {
                return Text(difference);
            }

            T held = T.Min(T.Max(difference * T.Const(_scale), T.Const(-Far)), T.Const(Far));
            T length = T.Sqrt((held * held) + T.Const(epsilon * _scale * epsilon * _scale));
            T root = T.Max(T.Abs(difference), length * T.Const(1 / _scale));
            root = T.WithSlope(T.Detach(root), difference, held / length);

            // √(d² + ε²) − ε = d² / (√(d² + ε²) + ε), which keeps its digits near 0.
            return zeroAtEquality ? difference * (difference / (root + T.Const(epsilon))) : root;
        }

        T Text<T>(T difference)
            where T : struct, IReal<T>
        {
            T square = difference * difference;
            T root = T.Sqrt(square + T.Const(epsilon * epsilon));
            return zeroAtEquality ? square / (root + T.Const(epsilon)) : root;
        }
    }
}
