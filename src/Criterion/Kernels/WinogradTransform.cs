using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>The additions before and after the products, on runs of channels: whole vectors, as channels are padded to them.</summary>
internal static unsafe class WinogradTransform<S>
    where S : unmanaged, IFloatingPoint<S>
{
    /// <summary>The input of a product, for <paramref name="count"/> channels: (a ± b) ± (c ± d), or what of it there is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Input(S* pixel, int rowStride, int pixelStride, in WinogradPair pair, int count, S* target)
    {
        (WinogradPoint row, WinogradPoint column) = (pair.Row, pair.Column);
        S* a = pixel + ((nint)row.First * rowStride) + ((nint)column.First * pixelStride);
        nint across = (nint)(column.Second - column.First) * pixelStride;
        nint down = (nint)(row.Second - row.First) * rowStride;
        if (row.Sign == 0 && column.Sign == 0)
        {
            MatrixProductPanel.Copy(a, target, count);
        }
        else if (row.Sign == 0)
        {
            Two(a, a + across, column.Sign, count, target);
        }
        else if (column.Sign == 0)
        {
            Two(a, a + down, row.Sign, count, target);
        }
        else
        {
            Four(a, across, down, column.Sign, row.Sign, count, target);
        }
    }

    /// <summary>
    /// Two lines of two pixels from the sums of products, <paramref name="kindStride"/> apart: the pixels of the second line follow
    /// <paramref name="lineStride"/> after the first's, the channels of a pixel side by side.
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

    /// <summary>target += source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(S* source, int count, S* target)
    {
        for (int i = 0; i < count; i += Vector<S>.Count)
        {
            (Vector.Load(target + i) + Vector.Load(source + i)).Store(target + i);
        }
    }

    /// <summary>target = the sum of the terms, each of the run that begins at its index times <paramref name="stride"/>.</summary>
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
    static Vector<S> MultiplyAdd(Vector<S> a, Vector<S> b, Vector<S> sum) => typeof(S) == typeof(float)
        ? Vector.MultiplyAddEstimate(a.As<S, float>(), b.As<S, float>(), sum.As<S, float>()).As<float, S>()
        : Vector.MultiplyAddEstimate(a.As<S, double>(), b.As<S, double>(), sum.As<S, double>()).As<double, S>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector<S> First, Vector<S> Second) Pair(S* sums, nint stride)
    {
        Vector<S> both = Vector.Load(sums + stride);
        Vector<S> apart = Vector.Load(sums + (2 * stride));
        return (Vector.Load(sums) + both + apart, both - apart + Vector.Load(sums + (3 * stride)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Two(S* a, S* b, int sign, int count, S* target)
    {
        Vector<S> factor = new(S.CreateTruncating(sign));
        for (int i = 0; i < count; i += Vector<S>.Count)
        {
            MultiplyAdd(factor, Vector.Load(b + i), Vector.Load(a + i)).Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Four(S* a, nint across, nint down, int columnSign, int rowSign, int count, S* target)
    {
        Vector<S> column = new(S.CreateTruncating(columnSign));
        Vector<S> row = new(S.CreateTruncating(rowSign));
        S* b = a + down;
        for (int i = 0; i < count; i += Vector<S>.Count)
        {
            Vector<S> first = MultiplyAdd(column, Vector.Load(a + across + i), Vector.Load(a + i));
            Vector<S> second = MultiplyAdd(column, Vector.Load(b + across + i), Vector.Load(b + i));
            MultiplyAdd(row, second, first).Store(target + i);
        }
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
