using System.Runtime.CompilerServices;

namespace Criterion.Numbers;

/// <summary>
/// A number with its derivative: a formula evaluated on duals returns value and derivative in one pass. This file is the whole
/// calculus of pointwise operations: every pointwise gradient comes from here.
/// </summary>
/// <typeparam name="T">The number of both; a dual again for second derivatives.</typeparam>
public readonly record struct Dual<T> : IReal<Dual<T>>
    where T : struct, IReal<T>
{
    // Fields for the rules below: a property counts against the JIT's inlining budget for a loop, a field does not.
    readonly T _value;
    readonly T _tangent;

    /// <summary>Initializes the number.</summary>
    /// <param name="value">The value.</param>
    /// <param name="tangent">The derivative in the seeded direction.</param>
    public Dual(T value, T tangent)
    {
        _value = value;
        _tangent = tangent;
    }

    /// <summary>Gets the value.</summary>
    public T Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _value;
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        init => _value = value;
    }

    /// <summary>Gets the derivative.</summary>
    public T Tangent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _tangent;
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        init => _tangent = value;
    }

    /// <summary>Returns the variable of differentiation: its derivative is 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Variable(T value) => new(value, T.Const(1));

    /// <summary>Returns a constant: its derivative is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Fixed(T value) => new(value, T.Const(0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator +(Dual<T> a, Dual<T> b) => new(a._value + b._value, a._tangent + b._tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> a, Dual<T> b) => new(a._value - b._value, a._tangent - b._tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator *(Dual<T> a, Dual<T> b) => new(a._value * b._value, (a._tangent * b._value) + (a._value * b._tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator /(Dual<T> a, Dual<T> b)
    {
        T quotient = a._value / b._value;
        return new(quotient, (a._tangent - (quotient * b._tangent)) / b._value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> a) => new(-a._value, -a._tangent);

    /// <inheritdoc/>
    // Not through Fixed: beyond the JIT's inlining budget a call would spill all registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Const(double value) => new(T.Const(value), T.Const(0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Exp(Dual<T> x)
    {
        T e = T.Exp(x._value);
        return new(e, e * x._tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Expm1(Dual<T> x) => new(T.Expm1(x._value), T.Exp(x._value) * x._tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log(Dual<T> x) => new(T.Log(x._value), x._tangent / x._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log1p(Dual<T> x) => new(T.Log1p(x._value), x._tangent / (T.One + x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sqrt(Dual<T> x)
    {
        T root = T.Sqrt(x._value);
        return new(root, x._tangent / (root + root));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Abs(Dual<T> x) => new(T.Abs(x._value), T.Sign(x._value) * x._tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sign(Dual<T> x) => Fixed(T.Sign(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sin(Dual<T> x) => new(T.Sin(x._value), T.Cos(x._value) * x._tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Cos(Dual<T> x) => new(T.Cos(x._value), -(T.Sin(x._value) * x._tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Tanh(Dual<T> x)
    {
        T y = T.Tanh(x._value, out T slope);
        return new(y, slope * x._tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Erf(Dual<T> x) =>
        new(T.Erf(x._value), T.Const(2 / Math.Sqrt(Math.PI)) * T.ExpOfSquare(x._value, -1) * x._tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> NormalCdf(Dual<T> x) =>
        new(T.NormalCdf(x._value), T.Const(1 / Math.Sqrt(2 * Math.PI)) * T.ExpOfSquare(x._value, -0.5) * x._tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> ExpOfSquare(Dual<T> x, double factor)
    {
        T e = T.ExpOfSquare(x._value, factor);
        return new(e, T.Const(2 * factor) * e * x._value * x._tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Hypot(Dual<T> a, Dual<T> b)
    {
        T length = T.Hypot(a._value, b._value);
        T divisor = T.Select(T.Equal(length, T.Zero), T.One, length);
        return new(length, (a._value / divisor * a._tangent) + (b._value / divisor * b._tangent));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sigmoid(Dual<T> x)
    {
        T s = T.Sigmoid(x._value);
        return new(s, s * T.Sigmoid(-x._value) * x._tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Softplus(Dual<T> x)
    {
        T value = T.Softplus(x._value, out T sigmoid);
        return new(value, sigmoid * x._tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Max(Dual<T> a, Dual<T> b) => new(T.Max(a._value, b._value), Larger(a, b, a._tangent, b._tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Min(Dual<T> a, Dual<T> b) => new(T.Min(a._value, b._value), Larger(a, b, b._tangent, a._tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Pow(Dual<T> x, Dual<T> y)
    {
        // A constant base or exponent must not cause 0 · ∞ or the logarithm of a negative base.
        T power = T.Pow(x._value, y._value);
        T byBase = x._tangent * y._value * T.Pow(x._value, y._value - T.One);
        T byExponent = T.Select(T.Equal(power, T.Zero), T.Zero, y._tangent * power * T.Log(x._value));
        return new(power, Unless(x._tangent, byBase) + Unless(y._tangent, byExponent));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Pow(Dual<T> x, double p) => p == 0
        ? Const(1)
        : new(T.Pow(x._value, p), T.Const(p) * T.Pow(x._value, p - 1) * x._tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Detach(Dual<T> x) => Fixed(T.Detach(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> WithSlope(Dual<T> value, Dual<T> x, Dual<T> slope) =>
        new(T.WithSlope(value._value, x._value, slope._value), value._tangent + Unless(x._tangent, slope._value * x._tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Less(Dual<T> a, Dual<T> b) => Fixed(T.Less(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> LessOrEqual(Dual<T> a, Dual<T> b) => Fixed(T.LessOrEqual(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Equal(Dual<T> a, Dual<T> b) => Fixed(T.Equal(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Dual<T> mask) => T.Any(mask._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Select(Dual<T> mask, Dual<T> a, Dual<T> b) =>
        new(T.Select(mask._value, a._value, b._value), T.Select(mask._value, a._tangent, b._tangent));

    /// <summary><paramref name="term"/>, or 0 where the tangent that it stands for is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Unless(T tangent, T term) => T.Select(T.Equal(tangent, T.Zero), T.Zero, term);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Larger(Dual<T> a, Dual<T> b, T ofA, T ofB) => T.Select(
        T.Less(b._value, a._value), ofA, T.Select(T.Less(a._value, b._value), ofB, (ofA + ofB) * T.Const(0.5)));
}
