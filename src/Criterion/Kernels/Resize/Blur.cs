using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Criterion.Kernels;

/// <summary>
/// The two halves of a separable blur in double precision: weighted sums along a row, and across rows. Both go in whole registers:
/// a result may be written up to <see cref="Slack"/> elements beyond its length, and as many may be read beyond a source.
/// </summary>
internal static unsafe class Blur
{
    /// <summary>Elements that a row must have behind its end.</summary>
    public const int Slack = 32;

    /// <summary>result[i] = Σₖ weights[k] · source[i + k].</summary>
    public static void Along(double* source, double* weights, int taps, double* result, int count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Sums<Vector512<double>, Lanes512<double>, Shifted>(new(source), weights, taps, result, count);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Sums<Vector256<double>, Lanes256<double>, Shifted>(new(source), weights, taps, result, count);
        }
        else
        {
            Sums<Vector128<double>, Lanes128<double>, Shifted>(new(source), weights, taps, result, count);
        }
    }

    /// <summary>result[i] = Σₖ weights[k] · rows[k][i].</summary>
    public static void Across(double** rows, double* weights, int taps, double* result, int count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Sums<Vector512<double>, Lanes512<double>, Listed>(new(rows), weights, taps, result, count);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Sums<Vector256<double>, Lanes256<double>, Listed>(new(rows), weights, taps, result, count);
        }
        else
        {
            Sums<Vector128<double>, Lanes128<double>, Listed>(new(rows), weights, taps, result, count);
        }
    }

    // Four registers at a time: enough sums in flight to hide how long one addition takes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Sums<V, TLanes, TRows>(TRows rows, double* weights, int taps, double* result, int count)
        where V : unmanaged
        where TLanes : ILanes<double, V>
        where TRows : struct, IRows
    {
        for (nint i = 0; i < count; i += 4 * TLanes.Count)
        {
            V weight = TLanes.Broadcast(0);
            V first = weight;
            V second = weight;
            V third = weight;
            V fourth = weight;
            for (nint k = 0; k < taps; k++)
            {
                double* row = rows.At(k) + i;
                weight = TLanes.Broadcast(weights[k]);
                first = TLanes.MultiplyAdd(weight, TLanes.Load(row), first);
                second = TLanes.MultiplyAdd(weight, TLanes.Load(row + TLanes.Count), second);
                third = TLanes.MultiplyAdd(weight, TLanes.Load(row + (2 * TLanes.Count)), third);
                fourth = TLanes.MultiplyAdd(weight, TLanes.Load(row + (3 * TLanes.Count)), fourth);
            }

            TLanes.Store(first, result + i);
            TLanes.Store(second, result + i + TLanes.Count);
            TLanes.Store(third, result + i + (2 * TLanes.Count));
            TLanes.Store(fourth, result + i + (3 * TLanes.Count));
        }
    }

    interface IRows
    {
        double* At(nint k);
    }

    readonly struct Shifted(double* source) : IRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public double* At(nint k) => source + k;
    }

    readonly struct Listed(double** rows) : IRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public double* At(nint k) => rows[k];
    }
}
