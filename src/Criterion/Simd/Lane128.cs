using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Criterion.Simd;

/// <summary>128 bits of floats or doubles. See <see cref="Lane512{S}"/>.</summary>
internal readonly struct Lane128<S>(Vector128<S> vector) : ILane<Lane128<S>, S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    readonly Vector128<S> _vector = vector;

    public static int Width => Vector128<S>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> operator +(Lane128<S> a, Lane128<S> b) => new(a._vector + b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> operator -(Lane128<S> a, Lane128<S> b) => new(a._vector - b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> operator *(Lane128<S> a, Lane128<S> b) => new(a._vector * b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> operator /(Lane128<S> a, Lane128<S> b) => new(a._vector / b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> operator -(Lane128<S> a) => new(-a._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Const(double value) => typeof(S) == typeof(float)
        ? new(Vector128.Create((float)value).As<float, S>())
        : new(Vector128.Create(value).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Broadcast(S value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Load(ref readonly S source, nint index) =>
        new(Vector128.LoadUnsafe(in source, (nuint)index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> LoadWidened(ref readonly float source, nint index) =>
        new(Vector128.Create(
            (double)Unsafe.Add(ref Unsafe.AsRef(in source), index),
            Unsafe.Add(ref Unsafe.AsRef(in source), index + 1)).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref S destination, nint index) => _vector.StoreUnsafe(ref destination, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNarrowed(ref float destination, nint index) =>
        Vector128.Narrow(_vector.AsDouble(), _vector.AsDouble()).GetLower().StoreUnsafe(ref destination, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Stream(S* destination) => _vector.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public S Sum() => Vector128.Sum(_vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public S Largest()
    {
        S largest = _vector[0];
        for (int i = 1; i < Width; i++)
        {
            largest = S.MaxNative(largest, _vector[i]);
        }

        return largest;
    }

    // Two roundings on machines that have no fused instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> MultiplyAdd(Lane128<S> a, Lane128<S> b, Lane128<S> c) => typeof(S) == typeof(float)
        ? new(Vector128.MultiplyAddEstimate(a._vector.AsSingle(), b._vector.AsSingle(), c._vector.AsSingle()).As<float, S>())
        : new(Vector128.MultiplyAddEstimate(a._vector.AsDouble(), b._vector.AsDouble(), c._vector.AsDouble()).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Clamp(Lane128<S> x, double low, double high) =>
        new(Vector128.MinNative(Const(high)._vector, Vector128.MaxNative(Const(low)._vector, x._vector)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Exp(Lane128<S> x) => typeof(S) == typeof(float)
        ? LaneMath<Lane128<S>, S>.Exp(x)
        : new(Vector128.Exp(x._vector.AsDouble()).As<double, S>());

    // In two factors, because 2ⁿ alone may overflow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Scale(Lane128<S> x, Lane128<S> n)
    {
        Vector128<float> all = n._vector.AsSingle();
        Vector128<float> half = (all * 0.5f) + Vector128.Create(12582912f) - Vector128.Create(12582912f);
        return new((x._vector.AsSingle() * PowerOf2(half) * PowerOf2(all - half)).As<float, S>());
    }

    // Added to 1.5 · 2²³, an integer is in the lowest bits, from where it is shifted to those of the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> PowerOf2(Vector128<float> n) =>
        Vector128.ShiftLeft((n + Vector128.Create(12582912f + 127)).AsUInt32(), 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Larger(Lane128<S> a, Lane128<S> b) => new(Vector128.MaxNative(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Round(Lane128<S> x) => new(Vector128.Round(x._vector.AsSingle()).As<float, S>());

    // Half of the exponent's last bit is added, so that it increases at 3/2. As the last bits of a large float it is converted to a float.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Split(Lane128<S> x, out Lane128<S> exponent)
    {
        if (typeof(S) == typeof(float))
        {
            Vector128<float> isSmall = Vector128.LessThan(x._vector.AsSingle(), Vector128.Create(1.17549435e-38f));
            Vector128<float> normal = Vector128.ConditionalSelect(isSmall, x._vector.AsSingle() * 16777216, x._vector.AsSingle());
            Vector128<uint> bits = normal.AsUInt32();
            Vector128<uint> n = Vector128.ShiftRightLogical(bits + Vector128.Create(0x0040_0000u), 23);
            Vector128<float> biased = (n | Vector128.Create(0x4B00_0000u)).AsSingle() - (isSmall & Vector128.Create(24f));
            exponent = new(OrSpecial(x._vector.AsSingle(), biased - Vector128.Create(8388608f + 127)).As<float, S>());
            return new((bits - Vector128.ShiftLeft(n, 23) + Vector128.Create(0x3F80_0000u)).As<uint, S>());
        }
        else
        {
            Vector128<double> isSmall = Vector128.LessThan(x._vector.AsDouble(), Vector128.Create(2.2250738585072014e-308));
            Vector128<double> normal = Vector128.ConditionalSelect(isSmall, x._vector.AsDouble() * 9007199254740992, x._vector.AsDouble());
            Vector128<ulong> bits = normal.AsUInt64();
            Vector128<ulong> n = Vector128.ShiftRightLogical(bits + Vector128.Create(0x0008_0000_0000_0000ul), 52);
            Vector128<double> biased = (n | Vector128.Create(0x4330_0000_0000_0000ul)).AsDouble() - (isSmall & Vector128.Create(53d));
            exponent = new(OrSpecial(x._vector.AsDouble(), biased - Vector128.Create(4503599627370496d + 1023)).As<double, S>());
            return new((bits - Vector128.ShiftLeft(n, 52) + Vector128.Create(0x3FF0_0000_0000_0000ul)).As<ulong, S>());
        }
    }

    // The exponent where x is positive and finite; else the value of the logarithm.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<F> OrSpecial<F>(Vector128<F> x, Vector128<F> exponent)
        where F : IFloatingPointIeee754<F>
    {
        Vector128<F> infinity = Vector128.Create(F.PositiveInfinity);
        Vector128<F> special = Vector128.ConditionalSelect(
            Vector128.Equals(x, Vector128<F>.Zero),
            Vector128.Create(F.NegativeInfinity),
            Vector128.ConditionalSelect(Vector128.Equals(x, infinity), infinity, Vector128.Create(F.NaN)));
        Vector128<F> isUsual = Vector128.GreaterThan(x, Vector128<F>.Zero) & Vector128.LessThan(x, infinity);
        return Vector128.ConditionalSelect(isUsual, exponent, special);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Sin(Lane128<S> x) => typeof(S) == typeof(float)
        ? new(Vector128.Sin(x._vector.AsSingle()).As<float, S>())
        : new(Vector128.Sin(x._vector.AsDouble()).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Cos(Lane128<S> x) => typeof(S) == typeof(float)
        ? new(Vector128.Cos(x._vector.AsSingle()).As<float, S>())
        : new(Vector128.Cos(x._vector.AsDouble()).As<double, S>());

    // In double precision: rounding the exponent to a float would change the result for numbers far from 1.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Lane128<S> PowFixed(Lane128<S> x, double p)
    {
        Vector128<S> result = x._vector;
        for (int i = 0; i < Width; i++)
        {
            result = result.WithElement(i, S.CreateTruncating(Math.Pow(double.CreateTruncating(x._vector[i]), p)));
        }

        return new(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Lane128<S> Pow(Lane128<S> x, Lane128<S> y)
    {
        Vector128<S> result = x._vector;
        for (int i = 0; i < Width; i++)
        {
            result = result.WithElement(i, S.Pow(x._vector[i], y._vector[i]));
        }

        return new(result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Sqrt(Lane128<S> x) => new(Vector128.Sqrt(x._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Abs(Lane128<S> x) => new(Vector128.Abs(x._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Max(Lane128<S> a, Lane128<S> b) => new(Vector128.Max(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Min(Lane128<S> a, Lane128<S> b) => new(Vector128.Min(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Less(Lane128<S> a, Lane128<S> b) => new(Vector128.LessThan(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> LessOrEqual(Lane128<S> a, Lane128<S> b) => new(Vector128.LessThanOrEqual(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Equal(Lane128<S> a, Lane128<S> b) => new(Vector128.Equals(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane128<S> mask) => typeof(S) == typeof(float)
        ? mask._vector.AsUInt32() != Vector128<uint>.Zero
        : mask._vector.AsUInt64() != Vector128<ulong>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<S> Select(Lane128<S> mask, Lane128<S> a, Lane128<S> b) =>
        new(Vector128.ConditionalSelect(mask._vector, a._vector, b._vector));
}
