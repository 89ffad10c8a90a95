using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>
/// Detects values that are too uneven for sums that mix neighbours: one is not finite, or most are so much smaller than the largest that
/// its rounding error would change their third digit. Values are compared in cells of some neighbours, by the exponent of the largest.
/// </summary>
internal static unsafe class DynamicRange
{
    /// <summary>The elements of a cell: enough that the maximum costs little more than reading them.</summary>
    public const int CellLength = 256;

    /// <summary>Returns the binary orders from the largest value down to those that keep three digits beside it.</summary>
    static int Orders<S>()
        where S : unmanaged => sizeof(S) == sizeof(float) ? 12 : 41;

    static int ExponentOfInfinity<S>()
        where S : unmanaged => sizeof(S) == sizeof(float) ? 0xFF : 0x7FF;

    /// <summary>Returns whether the values of cells with these exponents are uneven; zeros are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static bool IsUneven<S>(ReadOnlySpan<int> exponents)
        where S : unmanaged
    {
        int largest = 0;
        foreach (int exponent in exponents)
        {
            largest = Math.Max(largest, exponent);
        }

        int near = 0;
        int filled = 0;
        foreach (int exponent in exponents)
        {
            near += exponent >= largest - Orders<S>() ? 1 : 0;
            filled += exponent > 0 ? 1 : 0;
        }

        return largest == ExponentOfInfinity<S>() || (largest > Orders<S>() && near < filled && 2 * near <= filled);
    }

    public static bool IsFinite<S>(ReadOnlySpan<S> values)
        where S : unmanaged
    {
        fixed (S* first = values)
        {
            return LargestExponent(first, values.Length) < ExponentOfInfinity<S>();
        }
    }

    /// <summary>Returns the biased exponent of the largest magnitude: 0 for zeros, all ones for values that are not finite.</summary>
    public static int LargestExponent<S>(S* values, int count)
        where S : unmanaged => sizeof(S) == sizeof(float)
            ? LargestBits((int*)values, int.MaxValue, count) >> 23
            : (int)(LargestBits((long*)values, long.MaxValue, count) >> 52);

    /// <summary>
    /// Returns the largest magnitude as bits: without their signs floats are ordered like their bits, with ∞ and NaN last.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static TBits LargestBits<TBits>(TBits* values, TBits withoutSign, int count)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        Vector<TBits> mask = new(withoutSign);
        Vector<TBits> first = Vector<TBits>.Zero;
        Vector<TBits> second = Vector<TBits>.Zero;
        int i = 0;
        for (; i <= count - (2 * Vector<TBits>.Count); i += 2 * Vector<TBits>.Count)
        {
            first = Vector.Max(first, Vector.Load(values + i) & mask);
            second = Vector.Max(second, Vector.Load(values + i + Vector<TBits>.Count) & mask);
        }

        TBits* lanes = stackalloc TBits[Vector<TBits>.Count];
        Vector.Max(first, second).Store(lanes);
        TBits largest = *lanes;
        for (int lane = 1; lane < Vector<TBits>.Count; lane++)
        {
            largest = lanes[lane] > largest ? lanes[lane] : largest;
        }

        for (; i < count; i++)
        {
            TBits magnitude = values[i] & withoutSign;
            largest = magnitude > largest ? magnitude : largest;
        }

        return largest;
    }
}
