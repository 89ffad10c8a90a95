using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Criterion.Simd;

/// <summary>
/// 512 bits of floats or doubles. <see cref="Lane256{S}"/> and <see cref="Lane128{S}"/> are the same text at other widths, as a test
/// enforces.
/// </summary>
/// <remarks>
/// There is no conversion operator and no property: each inlined call takes local variables, and the JIT stops inlining into a loop that
/// has 512 of them.
/// </remarks>
internal readonly struct Lane512<S>(Vector512<S> vector) : ILane<Lane512<S>, S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    readonly Vector512<S> _vector = vector;

    public static int Width => Vector512<S>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> operator +(Lane512<S> a, Lane512<S> b) => new(a._vector + b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> operator -(Lane512<S> a, Lane512<S> b) => new(a._vector - b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> operator *(Lane512<S> a, Lane512<S> b) => new(a._vector * b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> operator /(Lane512<S> a, Lane512<S> b) => new(a._vector / b._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> operator -(Lane512<S> a) => new(-a._vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Const(double value) => typeof(S) == typeof(float)
        ? new(Vector512.Create((float)value).As<float, S>())
        : new(Vector512.Create(value).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Broadcast(S value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Load(ref readonly S source, nint index) =>
        new(Vector512.LoadUnsafe(in source, (nuint)index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> LoadWidened(ref readonly float source, nint index) =>
        new((Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Double(Vector256.LoadUnsafe(in source, (nuint)index))
            : Vector512.Create(
                Vector256.WidenLower(Vector256.LoadUnsafe(in source, (nuint)index)),
                Vector256.WidenUpper(Vector256.LoadUnsafe(in source, (nuint)index)))).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref S destination, nint index) => _vector.StoreUnsafe(ref destination, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNarrowed(ref float destination, nint index) =>
        (Avx512F.IsSupported
            ? Avx512F.ConvertToVector256Single(_vector.AsDouble())
            : Vector256.Narrow(_vector.AsDouble().GetLower(), _vector.AsDouble().GetUpper())).StoreUnsafe(ref destination, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Stream(S* destination) => _vector.StoreAlignedNonTemporal(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public S Sum() => Vector512.Sum(_vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public S Largest() => new Lane256<S>(Vector256.MaxNative(_vector.GetLower(), _vector.GetUpper())).Largest();

    // Two roundings on machines that have no fused instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> MultiplyAdd(Lane512<S> a, Lane512<S> b, Lane512<S> c) => typeof(S) == typeof(float)
        ? new(Vector512.MultiplyAddEstimate(a._vector.AsSingle(), b._vector.AsSingle(), c._vector.AsSingle()).As<float, S>())
        : new(Vector512.MultiplyAddEstimate(a._vector.AsDouble(), b._vector.AsDouble(), c._vector.AsDouble()).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Clamp(Lane512<S> x, double low, double high) =>
        new(Vector512.MinNative(Const(high)._vector, Vector512.MaxNative(Const(low)._vector, x._vector)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Exp(Lane512<S> x) => typeof(S) == typeof(float)
        ? LaneMath<Lane512<S>, S>.Exp(x)
        : new(Vector512.Exp(x._vector.AsDouble()).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Scale(Lane512<S> x, Lane512<S> n) =>
        new(Avx512F.Scale(x._vector.AsSingle(), n._vector.AsSingle()).As<float, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Larger(Lane512<S> a, Lane512<S> b) => new(Vector512.MaxNative(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Round(Lane512<S> x) => new(Vector512.Round(x._vector.AsSingle()).As<float, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Split(Lane512<S> x, out Lane512<S> exponent)
    {
        // The mantissa in [3/4, 3/2), NaN for a negative number; 1 for 0 and ∞, whose exponents are −∞ and ∞.
        const byte Control = 0b1111;
        if (typeof(S) == typeof(float))
        {
            Vector512<float> mantissa = Avx512F.GetMantissa(x._vector.AsSingle(), Control);
            exponent = new((Avx512F.GetExponent(x._vector.AsSingle()) - Avx512F.GetExponent(mantissa)).As<float, S>());
            return new(mantissa.As<float, S>());
        }
        else
        {
            Vector512<double> mantissa = Avx512F.GetMantissa(x._vector.AsDouble(), Control);
            exponent = new((Avx512F.GetExponent(x._vector.AsDouble()) - Avx512F.GetExponent(mantissa)).As<double, S>());
            return new(mantissa.As<double, S>());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Sin(Lane512<S> x) => typeof(S) == typeof(float)
        ? new(Vector512.Sin(x._vector.AsSingle()).As<float, S>())
        : new(Vector512.Sin(x._vector.AsDouble()).As<double, S>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Cos(Lane512<S> x) => typeof(S) == typeof(float)
        ? new(Vector512.Cos(x._vector.AsSingle()).As<float, S>())
        : new(Vector512.Cos(x._vector.AsDouble()).As<double, S>());

    // In double precision: rounding the exponent to a float would change the result for numbers far from 1.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Lane512<S> PowFixed(Lane512<S> x, double p)
    {
        Vector512<S> result = x._vector;
        for (int i = 0; i < Width; i++)
        {
            result = result.WithElement(i, S.CreateTruncating(Math.Pow(double.CreateTruncating(x._vector[i]), p)));
        }

        return new(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Lane512<S> Pow(Lane512<S> x, Lane512<S> y)
    {
        Vector512<S> result = x._vector;
        for (int i = 0; i < Width; i++)
        {
            result = result.WithElement(i, S.Pow(x._vector[i], y._vector[i]));
        }

        return new(result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Sqrt(Lane512<S> x) => new(Vector512.Sqrt(x._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Abs(Lane512<S> x) => new(Vector512.Abs(x._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Max(Lane512<S> a, Lane512<S> b) => new(Vector512.Max(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Min(Lane512<S> a, Lane512<S> b) => new(Vector512.Min(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Less(Lane512<S> a, Lane512<S> b) => new(Vector512.LessThan(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> LessOrEqual(Lane512<S> a, Lane512<S> b) => new(Vector512.LessThanOrEqual(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Equal(Lane512<S> a, Lane512<S> b) => new(Vector512.Equals(a._vector, b._vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane512<S> mask) => typeof(S) == typeof(float)
        ? mask._vector.AsUInt32() != Vector512<uint>.Zero
        : mask._vector.AsUInt64() != Vector512<ulong>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<S> Select(Lane512<S> mask, Lane512<S> a, Lane512<S> b) =>
        new(Vector512.ConditionalSelect(mask._vector, a._vector, b._vector));
}
