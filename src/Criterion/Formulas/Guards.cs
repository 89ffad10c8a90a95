using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>Pieces that formulas share: a hinge beside <see cref="IReal{T}.PositivePart"/>, and guards that keep infinities of a branch not taken away from its derivatives.</summary>
/// <remarks>A guard serves the computer, not the reader: text leaves it out.</remarks>
internal static class Guards
{
    /// <summary>max(0, x) with the derivative of the left at 0, as PyTorch's relu and margins of several classes have it: 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Relu<T>(T x)
        where T : struct, IReal<T> => T.Select(T.LessOrEqual(x, T.Const(0)), T.Const(0), x);

    /// <summary>factor · x², in range where the result is though x² may not be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScaledSquare<T>(double factor, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? T.Const(factor) * (x * x) : T.Const(factor) * x * x;

    /// <summary>x held within [−limit, limit], with the derivative 0 outside: for functions that no longer change there. NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Within<T>(double limit, T x)
        where T : struct, IReal<T>
    {
        if (typeof(T) == typeof(Latex))
        {
            return x;
        }

        (T low, T high) = (T.Const(-limit), T.Const(limit));
        return T.Select(T.Less(x, low), low, T.Select(T.Less(high, x), high, x));
    }

    /// <summary>x / scale for bounded losses: held at 1e36 where a scale below 1 may make it infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Scaled<T>(T x, double scale)
        where T : struct, IReal<T>
    {
        T ratio = x / T.Const(scale);
        return scale < 1 ? Within(1e36, ratio) : ratio;
    }

    /// <summary>softplus(x) and softplus(−x), which have softplus(−|x|) in common.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Softplus<T>(T x, out T ofNegative)
        where T : struct, IReal<T>
    {
        if (typeof(T) == typeof(Latex))
        {
            ofNegative = T.Softplus(-x);
            return T.Softplus(x);
        }

        T zero = T.Const(0);
        T isNegative = T.Less(x, zero);
        T shared = T.Softplus(T.Select(isNegative, x, -x));
        ofNegative = shared + T.Select(isNegative, -x, zero);
        return shared + T.Select(isNegative, zero, x);
    }

    /// <summary>x, but <paramref name="instead"/> where the mask holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Unless<T>(T mask, T instead, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? x : T.Select(mask, instead, x);

    /// <summary>x, but NaN where the mask holds: where a formula is not defined. What it says of its errors is said by the loss.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T UndefinedWhere<T>(T mask, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? x : T.Select(mask, T.Const(double.NaN), x);

    /// <summary>x, but NaN where y is not in [0, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ForProbability<T>(T y, T x)
        where T : struct, IReal<T> => UndefinedWhere(T.Less(y * (T.Const(1) - y), T.Const(0)), x);

    /// <summary>x, but NaN where y is neither 1 nor −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ForSign<T>(T y, T x)
        where T : struct, IReal<T> => typeof(T) == typeof(Latex) ? x : T.Select(T.Equal(T.Abs(y), T.Const(1)), x, T.Const(double.NaN));

    /// <summary>x, but 0 where it is infinite and has no weight: 0 · ∞ is 0 for a class that cannot be. NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weighable<T>(T x, T weight)
        where T : struct, IReal<T> => TensorFormula.Held(T.Equal(weight, T.Const(0)), x);
}
