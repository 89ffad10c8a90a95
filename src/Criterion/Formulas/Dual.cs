using System.Runtime.CompilerServices;

namespace Criterion.Formulas;

/// <summary>
/// A number with its derivative: running a formula on duals gives value and derivative in one pass. This file is the whole
/// calculus of pointwise operations; every gradient of one comes from here.
/// </summary>
/// <param name="Value">The value.</param>
/// <param name="Tangent">Its derivative along the direction that was seeded.</param>
/// <typeparam name="T">The number that carries both; a dual again gives second derivatives.</typeparam>
public readonly record struct Dual<T>(T Value, T Tangent) : IReal<Dual<T>>
    where T : struct, IReal<T>
{
    static T Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Const(0);
    }

    static T One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.Const(1);
    }

    /// <summary>The variable to differentiate by: its derivative is 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Variable(T value) => new(value, T.Const(1));

    /// <summary>A value held fixed: its derivative is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Fixed(T value) => new(value, T.Const(0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator +(Dual<T> a, Dual<T> b) => new(a.Value + b.Value, a.Tangent + b.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> a, Dual<T> b) => new(a.Value - b.Value, a.Tangent - b.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator *(Dual<T> a, Dual<T> b) => new(a.Value * b.Value, (a.Tangent * b.Value) + (a.Value * b.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator /(Dual<T> a, Dual<T> b)
    {
        T quotient = a.Value / b.Value;
        return new(quotient, (a.Tangent - (quotient * b.Tangent)) / b.Value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> a) => new(-a.Value, -a.Tangent);

    /// <inheritdoc/>
    // In one step, not through Fixed: what the compiler inlines into a loop has a limit, and a call there would empty all registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Const(double value) => new(T.Const(value), T.Const(0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Exp(Dual<T> x)
    {
        T e = T.Exp(x.Value);
        return new(e, e * x.Tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Expm1(Dual<T> x) => new(T.Expm1(x.Value), T.Exp(x.Value) * x.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log(Dual<T> x) => new(T.Log(x.Value), x.Tangent / x.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log1p(Dual<T> x) => new(T.Log1p(x.Value), x.Tangent / (One + x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sqrt(Dual<T> x)
    {
        T root = T.Sqrt(x.Value);
        return new(root, x.Tangent / (root + root));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Abs(Dual<T> x) => new(T.Abs(x.Value), T.Sign(x.Value) * x.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sign(Dual<T> x) => Fixed(T.Sign(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sin(Dual<T> x) => new(T.Sin(x.Value), T.Cos(x.Value) * x.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Cos(Dual<T> x) => new(T.Cos(x.Value), -(T.Sin(x.Value) * x.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Tanh(Dual<T> x)
    {
        T y = T.Tanh(x.Value);
        return new(y, (One - (y * y)) * x.Tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Erf(Dual<T> x) =>
        new(T.Erf(x.Value), T.Const(2 / Math.Sqrt(Math.PI)) * T.Exp(-(x.Value * x.Value)) * x.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sigmoid(Dual<T> x)
    {
        T s = T.Sigmoid(x.Value);
        return new(s, s * T.Sigmoid(-x.Value) * x.Tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Softplus(Dual<T> x)
    {
        T value = T.Softplus(x.Value, out T sigmoid);
        return new(value, sigmoid * x.Tangent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Max(Dual<T> a, Dual<T> b) => new(T.Max(a.Value, b.Value), Larger(a, b, a.Tangent, b.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Min(Dual<T> a, Dual<T> b) => new(T.Min(a.Value, b.Value), Larger(a, b, b.Tangent, a.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Pow(Dual<T> x, Dual<T> y)
    {
        // A fixed base or exponent must not bring in 0·∞ or the logarithm of a negative base.
        T power = T.Pow(x.Value, y.Value);
        T byBase = x.Tangent * y.Value * T.Pow(x.Value, y.Value - One);
        T byExponent = T.Select(T.Equal(power, Zero), Zero, y.Tangent * power * T.Log(x.Value));
        return new(power, Unless(x.Tangent, byBase) + Unless(y.Tangent, byExponent));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Pow(Dual<T> x, double p) => p == 0
        ? Const(1)
        : new(T.Pow(x.Value, p), T.Const(p) * T.Pow(x.Value, p - 1) * x.Tangent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Detach(Dual<T> x) => Fixed(T.Detach(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> WithSlope(Dual<T> value, Dual<T> x, Dual<T> slope) =>
        new(T.WithSlope(value.Value, x.Value, slope.Value), value.Tangent + (slope.Value * x.Tangent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Less(Dual<T> a, Dual<T> b) => Fixed(T.Less(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> LessOrEqual(Dual<T> a, Dual<T> b) => Fixed(T.LessOrEqual(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Equal(Dual<T> a, Dual<T> b) => Fixed(T.Equal(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Select(Dual<T> mask, Dual<T> a, Dual<T> b) =>
        new(T.Select(mask.Value, a.Value, b.Value), T.Select(mask.Value, a.Tangent, b.Tangent));

    /// <summary><paramref name="term"/>, or 0 where the tangent that it stands for is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Unless(T tangent, T term) => T.Select(T.Equal(tangent, Zero), Zero, term);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Larger(Dual<T> a, Dual<T> b, T ofA, T ofB) => T.Select(
        T.Less(b.Value, a.Value), ofA, T.Select(T.Less(a.Value, b.Value), ofB, (ofA + ofB) * T.Const(0.5)));
}
