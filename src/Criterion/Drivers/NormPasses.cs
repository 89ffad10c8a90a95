using System.Runtime.CompilerServices;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>Several short rows of a channel, or a part of a long one.</summary>
internal readonly record struct ChannelPiece(int Start, int Rows, int Length)
{
    public int Count => Rows * Length;
}

/// <summary>One or two sums over a channel.</summary>
internal interface INormTerms
{
    /// <summary>The number of inputs: 1, or 2 with the upstream gradient.</summary>
    static abstract int Arity { get; }

    /// <summary>The number of sums: 1 or 2.</summary>
    static abstract int Sums { get; }

    static abstract void Add<T>(T x, T g, T mean, T factor, ref T first, ref T second)
        where T : struct, IReal<T>;
}

internal readonly struct ElementSum : INormTerms
{
    public static int Arity => 1;

    public static int Sums => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<T>(T x, T g, T mean, T factor, ref T first, ref T second)
        where T : struct, IReal<T> => first += x;
}

internal readonly struct CentredMoments : INormTerms
{
    public static int Arity => 1;

    public static int Sums => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<T>(T x, T g, T mean, T factor, ref T first, ref T second)
        where T : struct, IReal<T>
    {
        T distance = x - mean;
        first += distance;
        second += distance * distance;
    }
}

internal readonly struct GradientMoments : INormTerms
{
    public static int Arity => 2;

    public static int Sums => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<T>(T x, T g, T mean, T factor, ref T first, ref T second)
        where T : struct, IReal<T>
    {
        first += g;
        second += g * ((x - mean) * factor);
    }
}

/// <summary>The result for each element.</summary>
internal interface INormMap
{
    static abstract L Map<L, S>(L x, L g, L mean, L inner, L slope, L factor, L shift)
        where L : struct, ILane<L, S>
        where S : unmanaged;
}

internal readonly struct NormalizedValue : INormMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Map<L, S>(L x, L g, L mean, L inner, L slope, L factor, L shift)
        where L : struct, ILane<L, S>
        where S : unmanaged => L.MultiplyAdd(x - mean, slope, shift);
}

internal readonly struct NormalizedGradient : INormMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Map<L, S>(L x, L g, L mean, L inner, L slope, L factor, L shift)
        where L : struct, ILane<L, S>
        where S : unmanaged => L.MultiplyAdd((x - mean) * inner, slope, L.MultiplyAdd(g, factor, shift));
}
