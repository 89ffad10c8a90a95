using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Criterion.Simd;

/// <summary>256 bits of floats or doubles. See <see cref="Lane512{S}"/>.</summary>
internal readonly struct Lane256<S>(Vector256<S> vector) : ILane<Lane256<S>, S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    readonly Vector256<S> _vector = vector;

    public static int Width => Vector256<S>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator +(Lane256<S> a, Lane256<S> b) => new(a._vector + b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator -(Lane256<S> a, Lane256<S> b) => new(a._vector - b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator *(Lane256<S> a, Lane256<S> b) => new(a._vector * b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator /(Lane256<S> a, Lane256<S> b) => new(a._vector / b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> operator -(Lane256<S> a) => new(-a._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Const(double value) => typeof(S) == typeof(float)
        ? new(Vector256.Create((float)value).As<float, S>())
        : new(Vector256.Create(value).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Broadcast(S value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Load(ref readonly S source, nint index) =>
        new(Vector256.LoadUnsafe(in source, (nuint)index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> LoadWidened(ref readonly float source, nint index) =>
        new((Avx.IsSupported
            ? Avx.ConvertToVector256Double(Vector128.LoadUnsafe(in source, (nuint)index))
            : Vector256.Create(
                Vector128.WidenLower(Vector128.LoadUnsafe(in source, (nuint)index)),
                Vector128.WidenUpper(Vector128.LoadUnsafe(in source, (nuint)index)))).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref S destination, nint index) => _vector.StoreUnsafe(ref destination, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNarrowed(ref float destination, nint index) =>
        (Avx.IsSupported
            ? Avx.ConvertToVector128Single(_vector.AsDouble())
            : Vector128.Narrow(_vector.AsDouble().GetLower(), _vector.AsDouble().GetUpper())).StoreUnsafe(ref destination, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Stream(S* destination) => _vector.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public S Sum() => Vector256.Sum(_vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public S Largest() => new Lane128<S>(Vector128.MaxNative(_vector.GetLower(), _vector.GetUpper())).Largest();

    // Two roundings on machines that have no fused instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> MultiplyAdd(Lane256<S> a, Lane256<S> b, Lane256<S> c) => typeof(S) == typeof(float)
        ? new(Vector256.MultiplyAddEstimate(a._vector.AsSingle(), b._vector.AsSingle(), c._vector.AsSingle()).As<float, S>())
        : new(Vector256.MultiplyAddEstimate(a._vector.AsDouble(), b._vector.AsDouble(), c._vector.AsDouble()).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Clamp(Lane256<S> x, double low, double high) =>
        new(Vector256.MinNative(Const(high)._vector, Vector256.MaxNative(Const(low)._vector, x._vector)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Exp(Lane256<S> x) => typeof(S) == typeof(float)
        ? LaneMath<Lane256<S>, S>.Exp(x)
        : new(Vector256.Exp(x._vector.AsDouble()).As<double, S>());

    // In two factors, because 2ⁿ alone may overflow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Scale(Lane256<S> x, Lane256<S> n)
    {
        Vector256<float> all = n._vector.AsSingle();
        Vector256<float> half = (all * 0.5f) + Vector256.Create(12582912f) - Vector256.Create(12582912f);
        return new((x._vector.AsSingle() * PowerOf2(half) * PowerOf2(all - half)).As<float, S>());
    }

    // Added to 1.5 · 2²³, an integer is in the lowest bits, from where it is shifted to those of the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> PowerOf2(Vector256<float> n) =>
        Vector256.ShiftLeft((n + Vector256.Create(12582912f + 127)).AsUInt32(), 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Larger(Lane256<S> a, Lane256<S> b) => new(Vector256.MaxNative(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Round(Lane256<S> x) => new(Vector256.Round(x._vector.AsSingle()).As<float, S>());

    // Half of the exponent's last bit is added, so that it increases at 3/2. As the last bits of a large float it is converted to a float.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Split(Lane256<S> x, out Lane256<S> exponent)
    {
        if (typeof(S) == typeof(float))
        {
            Vector256<float> isSmall = Vector256.LessThan(x._vector.AsSingle(), Vector256.Create(1.17549435e-38f));
            Vector256<float> normal = Vector256.ConditionalSelect(isSmall, x._vector.AsSingle() * 16777216, x._vector.AsSingle());
            Vector256<uint> bits = normal.AsUInt32();
            Vector256<uint> n = Vector256.ShiftRightLogical(bits + Vector256.Create(0x0040_0000u), 23);
            Vector256<float> biased = (n | Vector256.Create(0x4B00_0000u)).AsSingle() - (isSmall & Vector256.Create(24f));
            exponent = new(OrSpecial(x._vector.AsSingle(), biased - Vector256.Create(8388608f + 127)).As<float, S>());
            return new((bits - Vector256.ShiftLeft(n, 23) + Vector256.Create(0x3F80_0000u)).As<uint, S>());
        }
        else
        {
            Vector256<double> isSmall = Vector256.LessThan(x._vector.AsDouble(), Vector256.Create(2.2250738585072014e-308));
            Vector256<double> normal = Vector256.ConditionalSelect(isSmall, x._vector.AsDouble() * 9007199254740992, x._vector.AsDouble());
            Vector256<ulong> bits = normal.AsUInt64();
            Vector256<ulong> n = Vector256.ShiftRightLogical(bits + Vector256.Create(0x0008_0000_0000_0000ul), 52);
            Vector256<double> biased = (n | Vector256.Create(0x4330_0000_0000_0000ul)).AsDouble() - (isSmall & Vector256.Create(53d));
            exponent = new(OrSpecial(x._vector.AsDouble(), biased - Vector256.Create(4503599627370496d + 1023)).As<double, S>());
            return new((bits - Vector256.ShiftLeft(n, 52) + Vector256.Create(0x3FF0_0000_0000_0000ul)).As<ulong, S>());
        }
    }

    // The exponent where x is positive and finite; else the value of the logarithm.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<F> OrSpecial<F>(Vector256<F> x, Vector256<F> exponent)
        where F : IFloatingPointIeee754<F>
    {
        Vector256<F> infinity = Vector256.Create(F.PositiveInfinity);
        Vector256<F> special = Vector256.ConditionalSelect(
            Vector256.Equals(x, Vector256<F>.Zero),
            Vector256.Create(F.NegativeInfinity),
            Vector256.ConditionalSelect(Vector256.Equals(x, infinity), infinity, Vector256.Create(F.NaN)));
        Vector256<F> isUsual = Vector256.GreaterThan(x, Vector256<F>.Zero) & Vector256.LessThan(x, infinity);
        return Vector256.ConditionalSelect(isUsual, exponent, special);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Sin(Lane256<S> x) => typeof(S) == typeof(float)
        ? new(Vector256.Sin(x._vector.AsSingle()).As<float, S>())
        : new(Vector256.Sin(x._vector.AsDouble()).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Cos(Lane256<S> x) => typeof(S) == typeof(float)
        ? new(Vector256.Cos(x._vector.AsSingle()).As<float, S>())
        : new(Vector256.Cos(x._vector.AsDouble()).As<double, S>());

    // In double precision: rounding the exponent to a float would change the result for numbers far from 1.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Lane256<S> PowFixed(Lane256<S> x, double p)
    {
        Vector256<S> result = x._vector;
        for (int i = 0; i < Width; i++)
        {
            result = result.WithElement(i, S.CreateTruncating(Math.Pow(double.CreateTruncating(x._vector[i]), p)));
        }

        return new(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Lane256<S> Pow(Lane256<S> x, Lane256<S> y)
    {
        Vector256<S> result = x._vector;
        for (int i = 0; i < Width; i++)
        {
            result = result.WithElement(i, S.Pow(x._vector[i], y._vector[i]));
        }

        return new(result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Sqrt(Lane256<S> x) => new(Vector256.Sqrt(x._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Abs(Lane256<S> x) => new(Vector256.Abs(x._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Max(Lane256<S> a, Lane256<S> b) => new(Vector256.Max(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Min(Lane256<S> a, Lane256<S> b) => new(Vector256.Min(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Less(Lane256<S> a, Lane256<S> b) => new(Vector256.LessThan(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> LessOrEqual(Lane256<S> a, Lane256<S> b) => new(Vector256.LessThanOrEqual(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Equal(Lane256<S> a, Lane256<S> b) => new(Vector256.Equals(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane256<S> mask) => typeof(S) == typeof(float)
        ? mask._vector.AsUInt32() != Vector256<uint>.Zero
        : mask._vector.AsUInt64() != Vector256<ulong>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<S> Select(Lane256<S> mask, Lane256<S> a, Lane256<S> b) =>
        new(Vector256.ConditionalSelect(mask._vector, a._vector, b._vector));
}
