using System.Runtime.CompilerServices;

namespace Criterion.Numbers;

/// <summary>
/// A number on which a formula is evaluated: a <see cref="double"/>, a SIMD lane, a dual number, a tensor, or text. The value, the
/// derivatives, the graph and the printed text of a formula over <see cref="IReal{T}"/> all come from one source.
/// </summary>
/// <remarks>
/// Comparisons return a mask of the same type, valid only as an argument of <see cref="Select(T, T, T)"/> and <see cref="Any"/>; operators
/// take a <see cref="double"/> on either side. Functions that lose digits or overflow when composed (<see cref="Softplus(T)"/>,
/// <see cref="Expm1"/>, <see cref="Sigmoid"/> …) are primitives, each with its own derivative.
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

    /// <summary>Computes a + b.</summary>
    static abstract T operator +(T a, T b);

    /// <summary>Computes a − b.</summary>
    static abstract T operator -(T a, T b);

    /// <summary>Computes a · b.</summary>
    static abstract T operator *(T a, T b);

    /// <summary>Computes a / b.</summary>
    static abstract T operator /(T a, T b);

    /// <summary>Computes −a.</summary>
    static abstract T operator -(T a);

    /// <summary>Computes a + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator +(T a, double b) => a + T.Const(b);

    /// <summary>Computes a + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator +(double a, T b) => T.Const(a) + b;

    /// <summary>Computes a − b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator -(T a, double b) => a - T.Const(b);

    /// <summary>Computes a − b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator -(double a, T b) => T.Const(a) - b;

    /// <summary>Computes a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator *(T a, double b) => a * T.Const(b);

    /// <summary>Computes a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator *(double a, T b) => T.Const(a) * b;

    /// <summary>Computes a / b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator /(T a, double b) => a / T.Const(b);

    /// <summary>Computes a / b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator /(double a, T b) => T.Const(a) / b;

    /// <summary>Returns a constant; its derivative is 0.</summary>
    static abstract T Const(double value);

    /// <summary>Gets the constant 0.</summary>
    static virtual T Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Const(0);
    }

    /// <summary>Gets the constant 1.</summary>
    static virtual T One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Const(1);
    }

    /// <summary>Computes eˣ.</summary>
    static abstract T Exp(T x);

    /// <summary>Computes eˣ − 1 without cancellation near 0.</summary>
    static abstract T Expm1(T x);

    /// <summary>Computes ln x.</summary>
    static abstract T Log(T x);

    /// <summary>Computes ln(1 + x) without cancellation near 0.</summary>
    static abstract T Log1p(T x);

    /// <summary>Computes √x; its derivative at 0 is +∞.</summary>
    static abstract T Sqrt(T x);

    /// <summary>Computes |x|; its derivative at 0 is 0.</summary>
    static abstract T Abs(T x);

    /// <summary>Returns the sign of x: −1, 0 or 1.</summary>
    static abstract T Sign(T x);

    /// <summary>Computes sin x, x in radians.</summary>
    static abstract T Sin(T x);

    /// <summary>Computes cos x, x in radians.</summary>
    static abstract T Cos(T x);

    /// <summary>Computes e^(factor · x²), accurate also where x² is large; <paramref name="factor"/> is a negated power of 2.</summary>
    static virtual T ExpOfSquare(T x, double factor) => T.Exp(T.Const(factor) * (x * x));

    /// <summary>Computes tanh x.</summary>
    static abstract T Tanh(T x);

    /// <summary>
    /// Computes tanh x and its derivative, 4 σ(2x) σ(−2x), which does not cancel for large |x|, unlike 1 − tanh² x.
    /// </summary>
    static virtual T Tanh(T x, out T slope)
    {
        T twice = x + x;
        slope = T.Const(4) * T.Sigmoid(twice) * T.Sigmoid(-twice);
        return T.Tanh(x);
    }

    /// <summary>Computes erf x = 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    static abstract T Erf(T x);

    /// <summary>Computes Φ(x) = ½ erfc(−x/√2), the normal distribution function, accurate in its lower tail.</summary>
    static abstract T NormalCdf(T x);

    /// <summary>Computes 1 / (1 + e⁻ˣ); never overflows.</summary>
    static abstract T Sigmoid(T x);

    /// <summary>Computes ln(1 + eˣ) = max(x, 0) + ln(1 + e^(−|x|)); never overflows.</summary>
    static abstract T Softplus(T x);

    /// <summary>Computes the softplus and its derivative, the sigmoid, which share an exponential.</summary>
    static virtual T Softplus(T x, out T sigmoid)
    {
        sigmoid = T.Sigmoid(x);
        return T.Softplus(x);
    }

    /// <summary>Returns the larger; NaN if either is NaN. Where they are equal each receives half of the gradient.</summary>
    static abstract T Max(T a, T b);

    /// <summary>Returns the smaller; NaN if either is NaN. Where they are equal each receives half of the gradient.</summary>
    static abstract T Min(T a, T b);

    /// <summary>Computes xʸ.</summary>
    static abstract T Pow(T x, T y);

    /// <summary>Computes xᵖ for a constant p; defined for negative x, with its derivatives, if p is an integer.</summary>
    static abstract T Pow(T x, double p);

    /// <summary>
    /// Computes xᵖ for x ≥ 0, with a value and derivatives of 0 at 0: the minimum-norm subgradient of the root of a sum of powers, and
    /// 1/‖x‖ of a row of zeros.
    /// </summary>
    static virtual T PowOrZero(T x, double p)
    {
        // The argument is selected before the power is computed: an infinity that is discarded later is a NaN in the derivative.
        T zero = T.Const(0);
        T isZero = T.Equal(x, zero);
        T positive = T.Select(isZero, T.Const(1), x);
        return T.Select(isZero, zero, p == 0.5 ? T.Sqrt(positive) : T.Pow(positive, p));
    }

    /// <summary>Computes √(a² + b²) without overflow or underflow of the squares; where both are 0 its derivatives are 0.</summary>
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

    /// <summary>Computes max(0, x) with the right derivative at 0, as PyTorch's clamp: 1.</summary>
    static virtual T PositivePart(T x) => T.Select(T.Less(x, T.Const(0)), T.Const(0), x);

    /// <summary>Returns x as a constant: its derivative is 0.</summary>
    static abstract T Detach(T x);

    /// <summary>
    /// Returns <paramref name="value"/>, with <paramref name="slope"/> added to its derivative by <paramref name="x"/>: for a formula
    /// whose derivative does not follow from its value.
    /// </summary>
    static abstract T WithSlope(T value, T x, T slope);

    /// <summary>Returns the mask of a &lt; b.</summary>
    static abstract T Less(T a, T b);

    /// <summary>Returns the mask of a ≤ b.</summary>
    static abstract T LessOrEqual(T a, T b);

    /// <summary>Returns the mask of a &lt; b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator <(T a, T b) => T.Less(a, b);

    /// <summary>Returns the mask of a &lt; b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator <(T a, double b) => T.Less(a, T.Const(b));

    /// <summary>Returns the mask of a &lt; b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator <(double a, T b) => T.Less(T.Const(a), b);

    /// <summary>Returns the mask of a > b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator >(T a, T b) => T.Less(b, a);

    /// <summary>Returns the mask of a > b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator >(T a, double b) => T.Less(T.Const(b), a);

    /// <summary>Returns the mask of a > b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator >(double a, T b) => T.Less(b, T.Const(a));

    /// <summary>Returns the mask of a ≤ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator <=(T a, T b) => T.LessOrEqual(a, b);

    /// <summary>Returns the mask of a ≤ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator <=(T a, double b) => T.LessOrEqual(a, T.Const(b));

    /// <summary>Returns the mask of a ≤ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator <=(double a, T b) => T.LessOrEqual(T.Const(a), b);

    /// <summary>Returns the mask of a ≥ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator >=(T a, T b) => T.LessOrEqual(b, a);

    /// <summary>Returns the mask of a ≥ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator >=(T a, double b) => T.LessOrEqual(T.Const(b), a);

    /// <summary>Returns the mask of a ≥ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T operator >=(double a, T b) => T.LessOrEqual(b, T.Const(a));

    /// <summary>Returns the mask of a = b; false for NaN.</summary>
    static abstract T Equal(T a, T b);

    /// <summary>Returns whether the mask is true for any element, so that a rare case is computed only where it occurs.</summary>
    static virtual bool Any(T mask) => true;

    /// <summary>
    /// Returns <paramref name="a"/> where the mask is true, else <paramref name="b"/>; the other's derivative is ignored.
    /// </summary>
    static abstract T Select(T mask, T a, T b);

    /// <inheritdoc cref="Select(T, T, T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Select(T mask, double a, double b) => T.Select(mask, T.Const(a), T.Const(b));

    /// <inheritdoc cref="Select(T, T, T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Select(T mask, double a, T b) => T.Select(mask, T.Const(a), b);

    /// <inheritdoc cref="Select(T, T, T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual T Select(T mask, T a, double b) => T.Select(mask, a, T.Const(b));
}
