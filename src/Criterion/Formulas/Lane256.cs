using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Criterion.Formulas;

/// <summary>256 bits of floats or doubles. See <see cref="Lane512{S}"/>.</summary>
internal readonly struct Lane256<S>(Vector256<S> vector) : ILane<Lane256<S>, S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    readonly Vector256<S> _vector = vector;

    public static int Width => Vector256<S>.Count;

    Vector256<float> Single => _vector.As<S, float>();

    Vector256<double> Double => _vector.As<S, double>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Lane256<S>(Vector256<S> vector) => new(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator +(Lane256<S> a, Lane256<S> b) => a._vector + b._vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator -(Lane256<S> a, Lane256<S> b) => a._vector - b._vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator *(Lane256<S> a, Lane256<S> b) => a._vector * b._vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator /(Lane256<S> a, Lane256<S> b) => a._vector / b._vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator -(Lane256<S> a) => -a._vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Const(double value) => typeof(S) == typeof(float)
        ? Vector256.Create((float)value).As<float, S>()
        : Vector256.Create(value).As<double, S>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Load(ref readonly S source, nint index) =>
        Vector256.LoadUnsafe(in source, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref S destination, nint index) => _vector.StoreUnsafe(ref destination, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Stream(S* destination) => _vector.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public S Sum() => Vector256.Sum(_vector);

    // Two roundings on machines that have no fused instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> MultiplyAdd(Lane256<S> a, Lane256<S> b, Lane256<S> c) => typeof(S) == typeof(float)
        ? Vector256.MultiplyAddEstimate(a.Single, b.Single, c.Single).As<float, S>()
        : Vector256.MultiplyAddEstimate(a.Double, b.Double, c.Double).As<double, S>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Hold(Lane256<S> x, double low, double high) =>
        Vector256.MinNative(Const(high)._vector, Vector256.MaxNative(Const(low)._vector, x._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Exp(Lane256<S> x) => typeof(S) == typeof(float)
        ? LaneMath<Lane256<S>, S>.Exp(x)
        : Vector256.Exp(x.Double).As<double, S>();

    // In two factors, because 2ⁿ alone may not be a number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Scale(Lane256<S> x, Lane256<S> n)
    {
        Lane256<S> half = Const(12582912) + (n * Const(0.5)) - Const(12582912);
        return x * PowerOf2(half) * PowerOf2(n - half);
    }

    // Added to 1.5 · 2²³, a whole number stands in the lowest bits, from where it is moved to those of the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lane256<S> PowerOf2(Lane256<S> n) =>
        Vector256.ShiftLeft((n.Single + Vector256.Create(12582912f + 127)).AsUInt32(), 23).As<uint, S>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Log(Lane256<S> x) => typeof(S) == typeof(float)
        ? Vector256.Log(x.Single).As<float, S>()
        : Vector256.Log(x.Double).As<double, S>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Sin(Lane256<S> x) => typeof(S) == typeof(float)
        ? Vector256.Sin(x.Single).As<float, S>()
        : Vector256.Sin(x.Double).As<double, S>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Cos(Lane256<S> x) => typeof(S) == typeof(float)
        ? Vector256.Cos(x.Single).As<float, S>()
        : Vector256.Cos(x.Double).As<double, S>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Expm1(Lane256<S> x) => LaneMath<Lane256<S>, S>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Log1p(Lane256<S> x) => LaneMath<Lane256<S>, S>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Tanh(Lane256<S> x) => LaneMath<Lane256<S>, S>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Erf(Lane256<S> x) => LaneMath<Lane256<S>, S>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Sigmoid(Lane256<S> x) => LaneMath<Lane256<S>, S>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Softplus(Lane256<S> x) => LaneMath<Lane256<S>, S>.Softplus(x, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Softplus(Lane256<S> x, out Lane256<S> sigmoid) => LaneMath<Lane256<S>, S>.Softplus(x, out sigmoid);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Sign(Lane256<S> x) => LaneMath<Lane256<S>, S>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Pow(Lane256<S> x, double p) => LaneMath<Lane256<S>, S>.Pow(x, p);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Lane256<S> Pow(Lane256<S> x, Lane256<S> y)
    {
        Vector256<S> result = x._vector;
        for (int i = 0; i < Width; i++)
        {
            result = result.WithElement(i, S.Pow(x._vector[i], y._vector[i]));
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Sqrt(Lane256<S> x) => Vector256.Sqrt(x._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Abs(Lane256<S> x) => Vector256.Abs(x._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Max(Lane256<S> a, Lane256<S> b) => Vector256.Max(a._vector, b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Min(Lane256<S> a, Lane256<S> b) => Vector256.Min(a._vector, b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Detach(Lane256<S> x) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> WithSlope(Lane256<S> value, Lane256<S> x, Lane256<S> slope) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Less(Lane256<S> a, Lane256<S> b) => Vector256.LessThan(a._vector, b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> LessOrEqual(Lane256<S> a, Lane256<S> b) => Vector256.LessThanOrEqual(a._vector, b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Equal(Lane256<S> a, Lane256<S> b) => Vector256.Equals(a._vector, b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Select(Lane256<S> mask, Lane256<S> a, Lane256<S> b) =>
        Vector256.ConditionalSelect(mask._vector, a._vector, b._vector);
}
