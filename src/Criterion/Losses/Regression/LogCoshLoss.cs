using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Log-cosh loss: ℓ = ln cosh d = |d| + softplus(−2 |d|) − ln 2, with d = x − y. It is ½ d² for small errors and |d| − ln 2 for large ones.
/// </summary>
/// <remarks>The gradient is tanh d and the second derivative 1 − tanh² d: both are continuous, and nothing overflows.</remarks>
[Catalogue(
    LossFamily.Regression,
    Shapes = "prediction, target of one shape → scalar",
    Alternatives = "HuberLoss has an option for where the quadratic part ends; CharbonnierLoss is as smooth and cheaper.")]
public sealed record LogCoshLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public LogCoshLoss(Reduction reduction = Reduction.Mean)
        : base(reduction)
    {
    }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(default(LogCosh));

    /// <summary>|d| + softplus(−2 |d|) − ln 2, with the slope tanh d.</summary>
    internal readonly struct LogCosh : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T difference = x - y;
            T size = T.Detach(T.Abs(difference));
            T slope = T.Tanh(difference);
            T far = size + T.Softplus(-2 * size) - Math.Log(2);

            // cosh⁻² d = 1 − tanh² d: near 0, where ln 2 would cancel the digits of the result.
            T tanh = T.Detach(slope);
            T near = -0.5 * T.Log1p(-(tanh * tanh));
            return T.WithSlope(T.Detach(Guards.Unless(size < 1, near, far)), difference, slope);
        }
    }
}
