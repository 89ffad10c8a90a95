using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// The two halves of a separable blur in double precision: weighted sums along a row, and across rows. Both compute whole registers:
/// up to <see cref="Slack"/> elements beyond the length of a result are written, and as many are read beyond a source.
/// </summary>
internal static unsafe class Blur
{
    /// <summary>The elements that a row must have beyond its end.</summary>
    public const int Slack = 32;

    /// <summary>Computes result[i] = Σₖ weights[k] · source[i + k].</summary>
    public static void Along(double* source, double* weights, int taps, double* result, int count) =>
        Sum(new ShiftedRows(source), weights, taps, result, count);

    /// <summary>Computes result[i] = Σₖ weights[k] · rows[k][i].</summary>
    public static void Across(double** rows, double* weights, int taps, double* result, int count) =>
        Sum(new RowList(rows), weights, taps, result, count);

    // Not by WidestLane.Run: rows are short and many, and its task would be copied for each.
    static void Sum<TRows>(TRows rows, double* weights, int taps, double* result, int count)
        where TRows : struct, IRows
    {
        if (WidestLane.Bytes == 64)
        {
            Sum<Lane512<double>, TRows>(rows, weights, taps, result, count);
        }
        else if (WidestLane.Bytes == 32)
        {
            Sum<Lane256<double>, TRows>(rows, weights, taps, result, count);
        }
        else
        {
            Sum<Lane128<double>, TRows>(rows, weights, taps, result, count);
        }
    }

    // Four registers at a time: enough sums in flight to hide the latency of an addition.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Sum<L, TRows>(TRows rows, double* weights, int taps, double* result, int count)
        where L : struct, ILane<L, double>
        where TRows : struct, IRows
    {
        for (nint i = 0; i < count; i += 4 * L.Width)
        {
            L weight = L.Const(0);
            L first = weight;
            L second = weight;
            L third = weight;
            L fourth = weight;
            for (nint k = 0; k < taps; k++)
            {
                double* row = rows.At(k) + i;
                weight = L.Broadcast(weights[k]);
                first = L.MultiplyAdd(weight, L.Load(row), first);
                second = L.MultiplyAdd(weight, L.Load(row + L.Width), second);
                third = L.MultiplyAdd(weight, L.Load(row + (2 * L.Width)), third);
                fourth = L.MultiplyAdd(weight, L.Load(row + (3 * L.Width)), fourth);
            }

            L.Store(first, result + i);
            L.Store(second, result + i + L.Width);
            L.Store(third, result + i + (2 * L.Width));
            L.Store(fourth, result + i + (3 * L.Width));
        }
    }

    interface IRows
    {
        double* At(nint k);
    }

    readonly struct ShiftedRows(double* source) : IRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public double* At(nint k) => source + k;
    }

    readonly struct RowList(double** rows) : IRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public double* At(nint k) => rows[k];
    }
}
