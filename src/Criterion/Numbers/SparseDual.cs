using System.Runtime.CompilerServices;

namespace Criterion.Numbers;

/// <summary>
/// A <see cref="Dual{T}"/> that knows whether it varies at all. Which numbers do is settled when a loop is compiled, and what their
/// derivatives do not need is then left out of it: 0 · x is not something that a compiler may leave out by itself.
/// </summary>
/// <param name="value">The value.</param>
/// <param name="tangent">Its derivative; of no meaning where it does not vary.</param>
/// <param name="varies">Whether it depends on what is differentiated by.</param>
internal readonly struct SparseDual<T>(T value, T tangent, bool varies) : IReal<SparseDual<T>>
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
    public static SparseDual<T> Variable(T value) => new(value, T.Const(1), true);

    /// <summary>A value held fixed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Fixed(T value) => new(value, default, false);

    /// <summary>Returns this value with itself as its derivative: the exponential of a variable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SparseDual<T> AsExponential() => new(Value, Value, _varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> operator +(SparseDual<T> a, SparseDual<T> b) => new(
        a.Value + b.Value,
        a._varies ? b._varies ? a._tangent + b._tangent : a._tangent : b._tangent,
        a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> operator -(SparseDual<T> a, SparseDual<T> b) => new(
        a.Value - b.Value,
        b._varies ? a._varies ? a._tangent - b._tangent : -b._tangent : a._tangent,
        a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> operator *(SparseDual<T> a, SparseDual<T> b) => new(
        a.Value * b.Value,
        a._varies ? b._varies ? (a._tangent * b.Value) + (a.Value * b._tangent) : a._tangent * b.Value : a.Value * b._tangent,
        a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> operator /(SparseDual<T> a, SparseDual<T> b) => Of(a.Both / b.Both, a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> operator -(SparseDual<T> a) => new(-a.Value, -a._tangent, a._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Const(double value) => Fixed(T.Const(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Exp(SparseDual<T> x) => Of(Dual<T>.Exp(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Expm1(SparseDual<T> x) => Of(Dual<T>.Expm1(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Log(SparseDual<T> x) => Of(Dual<T>.Log(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Log1p(SparseDual<T> x) => Of(Dual<T>.Log1p(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sqrt(SparseDual<T> x) => Of(Dual<T>.Sqrt(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Abs(SparseDual<T> x) => Of(Dual<T>.Abs(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sign(SparseDual<T> x) => Fixed(T.Sign(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sin(SparseDual<T> x) => Of(Dual<T>.Sin(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Cos(SparseDual<T> x) => Of(Dual<T>.Cos(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Tanh(SparseDual<T> x) => Of(Dual<T>.Tanh(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Erf(SparseDual<T> x) => Of(Dual<T>.Erf(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> NormalCdf(SparseDual<T> x) => Of(Dual<T>.NormalCdf(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> ExpOfSquare(SparseDual<T> x, double factor) => Of(Dual<T>.ExpOfSquare(x.Both, factor), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Hypot(SparseDual<T> a, SparseDual<T> b) => Of(Dual<T>.Hypot(a.Both, b.Both), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sigmoid(SparseDual<T> x) => Of(Dual<T>.Sigmoid(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Softplus(SparseDual<T> x) => Of(Dual<T>.Softplus(x.Both), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Max(SparseDual<T> a, SparseDual<T> b) => Of(Dual<T>.Max(a.Both, b.Both), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Min(SparseDual<T> a, SparseDual<T> b) => Of(Dual<T>.Min(a.Both, b.Both), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Pow(SparseDual<T> x, SparseDual<T> y) => Of(Dual<T>.Pow(x.Both, y.Both), x._varies | y._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Pow(SparseDual<T> x, double p) => Of(Dual<T>.Pow(x.Both, p), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Detach(SparseDual<T> x) => Fixed(T.Detach(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> WithSlope(SparseDual<T> value, SparseDual<T> x, SparseDual<T> slope) => new(
        T.WithSlope(value.Value, x.Value, slope.Value),
        x._varies ? value._varies ? value._tangent + (slope.Value * x._tangent) : slope.Value * x._tangent : value._tangent,
        value._varies | x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Less(SparseDual<T> a, SparseDual<T> b) => Fixed(T.Less(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> LessOrEqual(SparseDual<T> a, SparseDual<T> b) => Fixed(T.LessOrEqual(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Equal(SparseDual<T> a, SparseDual<T> b) => Fixed(T.Equal(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(SparseDual<T> mask) => T.Any(mask.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Select(SparseDual<T> mask, SparseDual<T> a, SparseDual<T> b) => new(
        T.Select(mask.Value, a.Value, b.Value),
        a._varies | b._varies ? T.Select(mask.Value, a.Tangent, b.Tangent) : default,
        a._varies | b._varies);

    Dual<T> Both
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Value, Tangent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static SparseDual<T> Of(Dual<T> x, bool varies) => new(x.Value, x.Tangent, varies);
}
