using System.Runtime.CompilerServices;

namespace Criterion.Formulas;

/// <summary>
/// A <see cref="Dual{T}"/> that knows whether it varies at all. Which numbers do is settled when a loop is compiled, and what their
/// derivatives do not need is then left out of it: 0 · x is not something that a compiler may leave out by itself.
/// </summary>
/// <param name="value">The value.</param>
/// <param name="tangent">Its derivative; of no meaning where it does not vary.</param>
/// <param name="varies">Whether it depends on what is differentiated by.</param>
internal readonly struct Partial<T>(T value, T tangent, bool varies) : IReal<Partial<T>>
    where T : struct, IReal<T>
{
    public readonly T Value = value;

    readonly T _tangent = tangent;

    readonly bool _varies = varies;

    /// <summary>The derivative.</summary>
    public T Tangent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _varies ? _tangent : T.Const(0);
    }

    /// <summary>The variable to differentiate by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Variable(T value) => new(value, T.Const(1), true);

    /// <summary>A value held fixed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Fixed(T value) => new(value, default, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> operator +(Partial<T> a, Partial<T> b) => new(
        a.Value + b.Value,
        a._varies ? b._varies ? a._tangent + b._tangent : a._tangent : b._tangent,
        a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> operator -(Partial<T> a, Partial<T> b) => new(
        a.Value - b.Value,
        b._varies ? a._varies ? a._tangent - b._tangent : -b._tangent : a._tangent,
        a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> operator *(Partial<T> a, Partial<T> b) => new(
        a.Value * b.Value,
        a._varies ? b._varies ? (a._tangent * b.Value) + (a.Value * b._tangent) : a._tangent * b.Value : a.Value * b._tangent,
        a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> operator /(Partial<T> a, Partial<T> b) => Of(a.Both / b.Both, a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> operator -(Partial<T> a) => new(-a.Value, -a._tangent, a._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Const(double value) => Fixed(T.Const(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Exp(Partial<T> x) => Of(Dual<T>.Exp(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Expm1(Partial<T> x) => Of(Dual<T>.Expm1(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Log(Partial<T> x) => Of(Dual<T>.Log(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Log1p(Partial<T> x) => Of(Dual<T>.Log1p(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Sqrt(Partial<T> x) => Of(Dual<T>.Sqrt(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Abs(Partial<T> x) => Of(Dual<T>.Abs(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Sign(Partial<T> x) => Fixed(T.Sign(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Sin(Partial<T> x) => Of(Dual<T>.Sin(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Cos(Partial<T> x) => Of(Dual<T>.Cos(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Tanh(Partial<T> x) => Of(Dual<T>.Tanh(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Erf(Partial<T> x) => Of(Dual<T>.Erf(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> NormalCdf(Partial<T> x) => Of(Dual<T>.NormalCdf(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> ExpOfSquare(Partial<T> x, double factor) => Of(Dual<T>.ExpOfSquare(x.Both, factor), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Hypot(Partial<T> a, Partial<T> b) => Of(Dual<T>.Hypot(a.Both, b.Both), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Sigmoid(Partial<T> x) => Of(Dual<T>.Sigmoid(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Softplus(Partial<T> x) => Of(Dual<T>.Softplus(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Max(Partial<T> a, Partial<T> b) => Of(Dual<T>.Max(a.Both, b.Both), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Min(Partial<T> a, Partial<T> b) => Of(Dual<T>.Min(a.Both, b.Both), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Pow(Partial<T> x, Partial<T> y) => Of(Dual<T>.Pow(x.Both, y.Both), x._varies | y._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Pow(Partial<T> x, double p) => Of(Dual<T>.Pow(x.Both, p), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Detach(Partial<T> x) => Fixed(T.Detach(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> WithSlope(Partial<T> value, Partial<T> x, Partial<T> slope) => new(
        T.WithSlope(value.Value, x.Value, slope.Value),
        x._varies ? value._varies ? value._tangent + (slope.Value * x._tangent) : slope.Value * x._tangent : value._tangent,
        value._varies | x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Less(Partial<T> a, Partial<T> b) => Fixed(T.Less(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> LessOrEqual(Partial<T> a, Partial<T> b) => Fixed(T.LessOrEqual(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Equal(Partial<T> a, Partial<T> b) => Fixed(T.Equal(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Partial<T> mask) => T.Any(mask.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Partial<T> Select(Partial<T> mask, Partial<T> a, Partial<T> b) => new(
        T.Select(mask.Value, a.Value, b.Value),
        a._varies | b._varies ? T.Select(mask.Value, a.Tangent, b.Tangent) : default,
        a._varies | b._varies);

    Dual<T> Both
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Value, Tangent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Partial<T> Of(Dual<T> x, bool varies) => new(x.Value, x.Tangent, varies);
}
