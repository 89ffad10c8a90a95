using System.Runtime.CompilerServices;

namespace Criterion.Numbers;

/// <summary>
/// A <see cref="Dual{T}"/> that knows whether it varies. This is a constant when a loop is compiled, so the JIT removes what the
/// derivatives do not need; it cannot remove 0 · x, which may be NaN.
/// </summary>
/// <param name="value">The value.</param>
/// <param name="tangent">The derivative; undefined where the number does not vary.</param>
/// <param name="varies">Whether the number depends on the variable of differentiation.</param>
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

    /// <summary>Returns the variable of differentiation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Variable(T value) => new(value, T.Const(1), true);

    /// <summary>Returns a constant.</summary>
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
    public static SparseDual<T> operator /(SparseDual<T> a, SparseDual<T> b) => From(a.Dense / b.Dense, a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> operator -(SparseDual<T> a) => new(-a.Value, -a._tangent, a._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Const(double value) => Fixed(T.Const(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Exp(SparseDual<T> x) => From(Dual<T>.Exp(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Expm1(SparseDual<T> x) => From(Dual<T>.Expm1(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Log(SparseDual<T> x) => From(Dual<T>.Log(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Log1p(SparseDual<T> x) => From(Dual<T>.Log1p(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sqrt(SparseDual<T> x) => From(Dual<T>.Sqrt(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Abs(SparseDual<T> x) => From(Dual<T>.Abs(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sign(SparseDual<T> x) => Fixed(T.Sign(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sin(SparseDual<T> x) => From(Dual<T>.Sin(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Cos(SparseDual<T> x) => From(Dual<T>.Cos(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Tanh(SparseDual<T> x) => From(Dual<T>.Tanh(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Erf(SparseDual<T> x) => From(Dual<T>.Erf(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> NormalCdf(SparseDual<T> x) => From(Dual<T>.NormalCdf(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> ExpOfSquare(SparseDual<T> x, double factor) => From(Dual<T>.ExpOfSquare(x.Dense, factor), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Hypot(SparseDual<T> a, SparseDual<T> b) => From(Dual<T>.Hypot(a.Dense, b.Dense), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Sigmoid(SparseDual<T> x) => From(Dual<T>.Sigmoid(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Softplus(SparseDual<T> x) => From(Dual<T>.Softplus(x.Dense), x._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Max(SparseDual<T> a, SparseDual<T> b) => From(Dual<T>.Max(a.Dense, b.Dense), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Min(SparseDual<T> a, SparseDual<T> b) => From(Dual<T>.Min(a.Dense, b.Dense), a._varies | b._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Pow(SparseDual<T> x, SparseDual<T> y) => From(Dual<T>.Pow(x.Dense, y.Dense), x._varies | y._varies);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SparseDual<T> Pow(SparseDual<T> x, double p) => From(Dual<T>.Pow(x.Dense, p), x._varies);

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

    Dual<T> Dense
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Value, Tangent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static SparseDual<T> From(Dual<T> x, bool varies) => new(x.Value, x.Tangent, varies);
}
