using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>The additions after the products and of weights, on runs of channels: whole vectors, as channels are padded to them.</summary>
/// <remarks>Vectors rather than the widest lanes, because a panel of few channels is shorter than those.</remarks>
internal static unsafe class WinogradTransform<S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>
    /// Computes two lines of two pixels from the sums of products, which are <paramref name="kindStride"/> apart. The second line is
    /// <paramref name="lineStride"/> after the first; the channels of a pixel are contiguous.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Outputs(S* sums, nint kindStride, int count, S* target, nint pixelStride, nint lineStride)
    {
        nint next = WinogradAxis.Kinds * kindStride;
        for (int i = 0; i < count; i += Vector<S>.Count)
        {
            S* from = sums + i;
            (Vector<S> left0, Vector<S> right0) = Pair(from, kindStride);
            (Vector<S> left1, Vector<S> right1) = Pair(from + next, kindStride);
            (Vector<S> left2, Vector<S> right2) = Pair(from + (2 * next), kindStride);
            (Vector<S> left3, Vector<S> right3) = Pair(from + (3 * next), kindStride);
            S* to = target + i;
            (left0 + left1 + left2).Store(to);
            (right0 + right1 + right2).Store(to + pixelStride);
            (left1 - left2 + left3).Store(to + lineStride);
            (right1 - right2 + right3).Store(to + lineStride + pixelStride);
        }
    }

    /// <summary>Adds target += source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(S* source, int count, S* target)
    {
        for (int i = 0; i < count; i += Vector<S>.Count)
        {
            (Vector.Load(target + i) + Vector.Load(source + i)).Store(target + i);
        }
    }

    /// <summary>Computes target = the sum of the terms, each of the run that begins at its index times <paramref name="stride"/>.</summary>
    public static void Sum(S* source, nint stride, WinogradTerm[] terms, int count, S* target)
    {
        S* a = source + (terms[0].Index * stride);
        S first = S.CreateTruncating(terms[0].Weight);
        if (terms.Length == 1)
        {
            Scale(a, first, count, target);
            return;
        }

        S* b = source + (terms[1].Index * stride);
        S second = S.CreateTruncating(terms[1].Weight);
        if (terms.Length == 2)
        {
            Sum(a, first, b, second, count, target);
        }
        else
        {
            Sum(a, first, b, second, source + (terms[2].Index * stride), S.CreateTruncating(terms[2].Weight), count, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector<S> First, Vector<S> Second) Pair(S* sums, nint stride)
    {
        Vector<S> both = Vector.Load(sums + stride);
        Vector<S> apart = Vector.Load(sums + (2 * stride));
        return (Vector.Load(sums) + both + apart, both - apart + Vector.Load(sums + (3 * stride)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Scale(S* a, S first, int count, S* target)
    {
        for (int i = 0; i < count; i += Vector<S>.Count)
        {
            (first * Vector.Load(a + i)).Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Sum(S* a, S first, S* b, S second, int count, S* target)
    {
        for (int i = 0; i < count; i += Vector<S>.Count)
        {
            ((first * Vector.Load(a + i)) + (second * Vector.Load(b + i))).Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Sum(S* a, S first, S* b, S second, S* c, S third, int count, S* target)
    {
        for (int i = 0; i < count; i += Vector<S>.Count)
        {
            ((first * Vector.Load(a + i)) + (second * Vector.Load(b + i)) + (third * Vector.Load(c + i))).Store(target + i);
        }
    }
}
