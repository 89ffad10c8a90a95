using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>Weighted sums of elements of either float type, in double precision.</summary>
internal static unsafe class ResampleSums
{
    /// <summary>No more than four doubles: rows of small planes would not fill two wider lanes.</summary>
    static int LaneBytes => Math.Min(32, WidestLane.Bytes);

    /// <summary>Computes target[i] = Σₖ weights[k] · source[i + k · stride].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Across<TFrom, TTo>(TFrom* source, nint stride, double* weights, int taps, TTo* target, int count)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo> =>
        WidestLane.Run<RowSums<TFrom, TTo>, double>(new(source, stride, weights, taps, target, count), LaneBytes);

    readonly struct RowSums<TFrom, TTo>(TFrom* source, nint stride, double* weights, int taps, TTo* target, int count) : ILaneTask<double>
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<L>()
            where L : struct, ILane<L, double> => Across<L, TFrom, TTo>(source, stride, weights, taps, target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Across<L, TFrom, TTo>(TFrom* source, nint stride, double* weights, int taps, TTo* target, int count)
        where L : struct, ILane<L, double>
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        // Two sums at a time: one alone would wait for the addition before.
        nint i = 0;
        for (; i <= count - (2 * L.Width); i += 2 * L.Width)
        {
            (L low, L high) = (L.Const(0), L.Const(0));
            TFrom* from = source + i;
            for (int k = 0; k < taps; k++, from += stride)
            {
                L weight = L.Broadcast(weights[k]);
                low = L.MultiplyAdd(weight, Load<L, TFrom>(from), low);
                high = L.MultiplyAdd(weight, Load<L, TFrom>(from + L.Width), high);
            }

            Store(low, target + i);
            Store(high, target + i + L.Width);
        }

        for (; i < count; i++)
        {
            double sum = 0;
            for (int k = 0; k < taps; k++)
            {
                sum = double.MultiplyAddEstimate(weights[k], double.CreateTruncating(source[i + (k * stride)]), sum);
            }

            target[i] = TTo.CreateTruncating(sum);
        }
    }

    /// <summary>Computes target[i] = Σₖ weights[i · taps + k] · line[starts[i] + k].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Along<TTo>(double* line, int* starts, double* weights, int taps, TTo* target, int count)
        where TTo : unmanaged, INumberBase<TTo> =>
        WidestLane.Run<WindowSums<TTo>, double>(new(line, starts, weights, taps, target, count), LaneBytes);

    readonly struct WindowSums<TTo>(double* line, int* starts, double* weights, int taps, TTo* target, int count) : ILaneTask<double>
        where TTo : unmanaged, INumberBase<TTo>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<L>()
            where L : struct, ILane<L, double> => Along<L, TTo>(line, starts, weights, taps, target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Along<L, TTo>(double* line, int* starts, double* weight, int taps, TTo* target, int count)
        where L : struct, ILane<L, double>
        where TTo : unmanaged, INumberBase<TTo>
    {
        switch (taps)
        {
            case 1:
                for (int i = 0; i < count; i++)
                {
                    target[i] = TTo.CreateTruncating(weight[i] * line[starts[i]]);
                }

                break;
            case 2:
                for (int i = 0; i < count; i++, weight += 2)
                {
                    double* from = line + starts[i];
                    target[i] = TTo.CreateTruncating(double.MultiplyAddEstimate(weight[1], from[1], weight[0] * from[0]));
                }

                break;
            default:
                for (int i = 0; i < count; i++, weight += taps)
                {
                    target[i] = TTo.CreateTruncating(Dot<L>(weight, line + starts[i], taps));
                }

                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static L Load<L, T>(T* source)
        where L : struct, ILane<L, double>
        where T : unmanaged =>
        typeof(T) == typeof(double) ? L.Load((double*)source) : L.LoadWidened(in *(float*)source, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<L, T>(L sum, T* target)
        where L : struct, ILane<L, double>
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            L.Store(sum, (double*)target);
        }
        else
        {
            sum.StoreNarrowed(ref *(float*)target, 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Dot<L>(double* weights, double* values, int count)
        where L : struct, ILane<L, double>
    {
        int k = 0;
        double sum = 0;
        if (count >= 2 * L.Width)
        {
            L sums = L.Const(0);
            for (; k <= count - L.Width; k += L.Width)
            {
                sums = L.MultiplyAdd(L.Load(weights + k), L.Load(values + k), sums);
            }

            sum = sums.Sum();
        }

        for (; k < count; k++)
        {
            sum = double.MultiplyAddEstimate(weights[k], values[k], sum);
        }

        return sum;
    }
}
