using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>
/// Parts that formulas share: a hinge, and guards that keep the infinities of a branch not taken out of the derivatives.
/// </summary>
/// <remarks>Guards serve the computation, not the reader: text leaves them out.</remarks>
public static class Guards
{
    // typeof(T) == typeof(Latex) and not T.IsText: the JIT decides it before it inlines anything. The property counts against the inlining
    // budget of a loop, and the gradient of BinaryFocalLoss ran eight times slower with it.

    /// <summary>Returns max(0, x) with the left derivative at 0, as PyTorch's relu and its margin losses of several classes: 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Relu<T>(T x)
        where T : struct, IReal<T> => T.Select(x <= 0, 0, x);

    /// <summary>Returns factor · x², within range where the result is, even if x² is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScaledSquare<T>(double factor, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? factor * (x * x) : factor * x * x;

    /// <summary>
    /// Clamps x to [−limit, limit], with the derivative 0 outside: for functions that are constant there. NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Clamp<T>(double limit, T x)
        where T : struct, IReal<T>
    {
        if (typeof(T) == typeof(Latex))
        {
            return x;
        }

        (T low, T high) = (T.Const(-limit), T.Const(limit));
        return T.Select(x < low, low, T.Select(high < x, high, x));
    }

    /// <summary>Returns x / scale for bounded losses; clamped to 1e36 where a scale below 1 may make it infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Scaled<T>(T x, double scale)
        where T : struct, IReal<T>
    {
        T ratio = x / scale;
        return scale < 1 ? Clamp(1e36, ratio) : ratio;
    }

    /// <summary>Computes softplus(x) and softplus(−x), which share softplus(−|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Softplus<T>(T x, out T ofNegative)
        where T : struct, IReal<T>
    {
        if (typeof(T) == typeof(Latex))
        {
            ofNegative = T.Softplus(-x);
            return T.Softplus(x);
        }

        T zero = T.Zero;
        T isNegative = x < zero;
        T shared = T.Softplus(T.Select(isNegative, x, -x));
        ofNegative = shared + T.Select(isNegative, -x, zero);
        return shared + T.Select(isNegative, zero, x);
    }

    /// <summary>Returns x, or <paramref name="instead"/> where the mask is true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Unless<T>(T mask, T instead, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? x : T.Select(mask, instead, x);

    /// <summary>Returns x, or NaN where the mask is true because the formula is undefined there. The loss then throws.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T UndefinedWhere<T>(T mask, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? x : T.Select(mask, double.NaN, x);

    /// <summary>Returns x, or NaN where y is not in [0, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ForProbability<T>(T y, T x)
        where T : struct, IReal<T> => UndefinedWhere(y * (1 - y) < 0, x);

    /// <summary>Returns x, or NaN where y is neither 1 nor −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ForSign<T>(T y, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? x : T.Select(T.Equal(T.Abs(y), T.One), x, double.NaN);

    /// <summary>Returns x, or 0 where x is infinite and its weight is 0: 0 · ∞ is 0 for an impossible class. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weighable<T>(T x, T weight)
        where T : struct, IReal<T> => ZeroIfInfinite(T.Equal(weight, T.Zero), x);

    /// <summary>
    /// Returns x, or 0 where x is infinite and the mask is true: for a logarithm that is multiplied by 0 there, so that p ln p is 0 at
    /// p = 0. NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ZeroIfInfinite<T>(T mask, T x)
        where T : struct, IReal<T> =>
        T.Select(mask, T.Select(T.Equal(T.Abs(x), T.Const(double.PositiveInfinity)), 0, x), x);
}
