using System.Runtime.CompilerServices;

namespace Criterion.Numbers;

/// <summary>
/// A number that a formula can run on: a <see cref="double"/>, a SIMD lane, a dual number, a tensor, or text. A formula written
/// once over <see cref="IReal{T}"/> gives its value, its derivatives, its graph and its documentation.
/// </summary>
/// <remarks>
/// Comparisons give a mask of the same type, good for <see cref="Select"/> only. Functions that lose digits or overflow when
/// composed (<see cref="Softplus(T)"/>, <see cref="Expm1"/>, <see cref="Sigmoid"/> …) are primitives, each with its own derivative.
/// </remarks>
/// <typeparam name="T">The number itself.</typeparam>
public interface IReal<T>
    where T : struct, IReal<T>
{
    /// <summary>
    /// Gets whether the number is text: a formula may then choose the form that reads best over the one that is computed best. Constant, so
    /// the JIT removes the other branch.
    /// </summary>
    static virtual bool IsText
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <summary>a + b.</summary>
    static abstract T operator +(T a, T b);

    /// <summary>a − b.</summary>
    static abstract T operator -(T a, T b);

    /// <summary>a · b.</summary>
    static abstract T operator *(T a, T b);

    /// <summary>a / b.</summary>
    static abstract T operator /(T a, T b);

    /// <summary>−a.</summary>
    static abstract T operator -(T a);

    /// <summary>The same value everywhere; its derivative is 0.</summary>
    static abstract T Const(double value);

    /// <summary>eˣ.</summary>
    static abstract T Exp(T x);

    /// <summary>eˣ − 1 without cancellation near 0.</summary>
    static abstract T Expm1(T x);

    /// <summary>ln x.</summary>
    static abstract T Log(T x);

    /// <summary>ln(1 + x) without cancellation near 0.</summary>
    static abstract T Log1p(T x);

    /// <summary>√x; its derivative at 0 is +∞.</summary>
    static abstract T Sqrt(T x);

    /// <summary>|x|; its derivative at 0 is 0.</summary>
    static abstract T Abs(T x);

    /// <summary>−1, 0 or 1.</summary>
    static abstract T Sign(T x);

    /// <summary>sin x, x in radians.</summary>
    static abstract T Sin(T x);

    /// <summary>cos x, x in radians.</summary>
    static abstract T Cos(T x);

    /// <summary>e^(factor · x²), accurate also where x² is large; <paramref name="factor"/> is a power of 2, negated.</summary>
    static virtual T ExpOfSquare(T x, double factor) => T.Exp(T.Const(factor) * (x * x));

    /// <summary>tanh x.</summary>
    static abstract T Tanh(T x);

    /// <summary>The hyperbolic tangent with its derivative, 4 σ(2x) σ(−2x), which does not cancel far out as 1 − tanh² x does.</summary>
    static virtual T Tanh(T x, out T slope)
    {
        T twice = x + x;
        slope = T.Const(4) * T.Sigmoid(twice) * T.Sigmoid(-twice);
        return T.Tanh(x);
    }

    /// <summary>erf x = 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    static abstract T Erf(T x);

    /// <summary>Φ(x) = ½ erfc(−x/√2), the normal distribution function, accurate in its lower tail.</summary>
    static abstract T NormalCdf(T x);

    /// <summary>1 / (1 + e⁻ˣ), never overflowing.</summary>
    static abstract T Sigmoid(T x);

    /// <summary>ln(1 + eˣ) = max(x, 0) + ln(1 + e^(−|x|)), never overflowing.</summary>
    static abstract T Softplus(T x);

    /// <summary>Softplus with its derivative, the sigmoid: they share an exponential.</summary>
    static virtual T Softplus(T x, out T sigmoid)
    {
        sigmoid = T.Sigmoid(x);
        return T.Softplus(x);
    }

    /// <summary>The larger; NaN if either is. Where they are equal each gets half of the gradient.</summary>
    static abstract T Max(T a, T b);

    /// <summary>The smaller; NaN if either is. Where they are equal each gets half of the gradient.</summary>
    static abstract T Min(T a, T b);

    /// <summary>xʸ.</summary>
    static abstract T Pow(T x, T y);

    /// <summary>xᵖ for a fixed p: defined with its derivatives for negative x when p is whole.</summary>
    static abstract T Pow(T x, double p);

    /// <summary>
    /// xᵖ for x ≥ 0, except that at 0 the value and all derivatives are 0: the root of a sum of powers at its least subgradient,
    /// and 1/‖x‖ of a row of zeros.
    /// </summary>
    static virtual T PowOrZero(T x, double p)
    {
        // The argument is chosen before the power is taken: an infinity that is thrown away later is a NaN in the derivative.
        T zero = T.Const(0);
        T isZero = T.Equal(x, zero);
        T positive = T.Select(isZero, T.Const(1), x);
        return T.Select(isZero, zero, p == 0.5 ? T.Sqrt(positive) : T.Pow(positive, p));
    }

    /// <summary>√(a² + b²) without overflow or underflow of the squares; where both are 0 its derivatives are 0.</summary>
    static virtual T Hypot(T a, T b)
    {
        (T x, T y) = (T.Abs(a), T.Abs(b));
        T isLess = T.Less(x, y);
        T larger = T.Select(isLess, y, x);
        T smaller = T.Select(isLess, x, y);
        T isFlat = T.Equal(larger, smaller);
        T ratio = T.Select(isFlat, T.Const(1), smaller / larger);
        return larger * T.Sqrt(T.Const(1) + (ratio * ratio));
    }

    /// <summary>max(0, x) with the derivative of the right at 0, as PyTorch's clamp has it: 1.</summary>
    static virtual T PositivePart(T x) => T.Select(T.Less(x, T.Const(0)), T.Const(0), x);

    /// <summary>The same value, held fixed: its derivative is 0.</summary>
    static abstract T Detach(T x);

    /// <summary>
    /// <paramref name="value"/>, with <paramref name="slope"/> added to its derivative by <paramref name="x"/>: for a formula that
    /// states a derivative which does not follow from its value.
    /// </summary>
    static abstract T WithSlope(T value, T x, T slope);

    /// <summary>The mask of a &lt; b.</summary>
    static abstract T Less(T a, T b);

    /// <summary>The mask of a ≤ b.</summary>
    static abstract T LessOrEqual(T a, T b);

    /// <summary>The mask of a = b; NaN equals nothing.</summary>
    static abstract T Equal(T a, T b);

    /// <summary>Whether the mask holds for any element: what is rare can then be computed apart from a hot loop.</summary>
    static virtual bool Any(T mask) => true;

    /// <summary><paramref name="a"/> where the mask holds, else <paramref name="b"/>; the other one's derivative does not leak.</summary>
    static abstract T Select(T mask, T a, T b);
}
