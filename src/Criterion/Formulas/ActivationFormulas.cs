using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>ln(1 + e^(βx)) / β.</summary>
[Operation("Softplus")]
internal readonly struct SmoothRelu(double beta) : IUnaryFormula
{
    // Beyond this softplus(t) = t in every precision, and t may overflow where x does not.
    const double FirstLinear = 1000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T>
    {
        if (beta == 1)
        {
            return T.Softplus(x);
        }

        T t = beta * x;
        T isCurved = t < FirstLinear;
        return T.Select(isCurved, T.Softplus(T.Select(isCurved, t, 0)) / beta, x);
    }
}

/// <summary>x for x &gt; 0, slope · x for x ≤ 0; NaN stays NaN.</summary>
[Operation("LeakyRelu")]
internal readonly struct Rectifier(double slope) : IUnaryFormula
{
    public T Value<T>(T x)
        where T : struct, IReal<T> => T.Select(x <= 0, slope == 0 ? T.Zero : slope * x, x);
}

/// <summary>scale · (x for x &gt; 0, alpha · (eˣ − 1) for x ≤ 0): ELU, and SELU with its two constants.</summary>
[Operation("Elu")]
internal readonly struct ExponentialRectifier(double alpha, double scale) : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> =>
        scale * T.Select(x <= 0, alpha * T.Expm1(T.Select(x <= 0, x, 0)), x);
}

/// <summary>x · Φ(x).</summary>
[Operation("Gelu")]
internal readonly struct GaussianRectifier : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T>
    {
        T clamped = Rectifiers.Clamped(x);
        return Rectifiers.OrIdentity(x, clamped * T.NormalCdf(clamped));
    }
}

/// <summary>x/2 · (1 + tanh u) = x · σ(2u), u = √(2/π)(x + 0.044715 x³): the tangent would cancel on the left.</summary>
[Operation("Gelu")]
internal readonly struct GaussianRectifierByTanh : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T>
    {
        T clamped = Rectifiers.Clamped(x);
        T twice = (2 * Math.Sqrt(2 / Math.PI)) * (clamped + (0.044715 * clamped * clamped * clamped));
        return Rectifiers.OrIdentity(x, Rectifiers.Weighted(clamped, twice));
    }
}

/// <summary>x · σ(x).</summary>
[Operation("Silu")]
internal readonly struct SigmoidRectifier : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T>
    {
        T clamped = Rectifiers.Clamped(x);
        return Rectifiers.OrIdentity(x, Rectifiers.Weighted(clamped, clamped));
    }
}

/// <summary>The parts of smooth rectifiers: x times a weight that increases from 0 to 1.</summary>
internal static class Rectifiers
{
    // Beyond this magnitude the weight is 0 or 1 in every precision.
    const double LargestChange = 1000;

    /// <summary>Clamps x to the range where the weight changes, so that no infinity is multiplied by a weight of 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Clamped<T>(T x)
        where T : struct, IReal<T> => T.Any(IsBeyond(x)) ? Guards.Clamp(LargestChange, x) : x;

    /// <summary>Returns x to the right of that range, else the weighted value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T OrIdentity<T>(T x, T weighted)
        where T : struct, IReal<T> => T.Any(IsBeyond(x)) ? T.Select(x > LargestChange, x, weighted) : weighted;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IsBeyond<T>(T x)
        where T : struct, IReal<T> => T.Abs(x) > LargestChange;

    /// <summary>
    /// Computes x · σ(t) for t with the sign of x. e^(−|t|) is the square of a number that is within range where the result is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weighted<T>(T x, T t)
        where T : struct, IReal<T>
    {
        if (T.IsText)
        {
            return x * T.Sigmoid(t);
        }

        T zero = T.Zero;
        T one = T.One;
        T isNegative = t < zero;
        T root = T.Exp(T.Select(isNegative, t, -t) * 0.5);
        T right = one / (one + (root * root));
        return T.Select(isNegative, x * root, x) * T.Select(isNegative, root * right, right);
    }
}
