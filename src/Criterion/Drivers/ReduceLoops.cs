using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The loops of a reduction along rows and down columns.</summary>
internal static class ReduceLoops<TReduction, S, L, D>
    where TReduction : struct, IReduction
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
    where D : struct, ILane<D, double>
{
    /// <summary>The number of rows in one partial result down a column: keeps sums in single precision short.</summary>
    const int RowsPerBlock = 64;

    /// <summary>Reduces neighbouring elements. Floats are summed in double precision: over many of them rounding would show.</summary>
    public static double Row(ReadOnlySpan<S> values) =>
        typeof(TReduction) == typeof(SumReduction) && typeof(S) == typeof(float) ? SumWidened(values) : ReduceRow(values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static double SumWidened(ReadOnlySpan<S> values)
    {
        ref float first = ref Unsafe.As<S, float>(ref MemoryMarshal.GetReference(values));
        D a = D.Const(0);
        D b = a;
        D c = a;
        D d = a;
        int i = 0;
        for (; i <= values.Length - (4 * D.Width); i += 4 * D.Width)
        {
            a += D.LoadWidened(in first, i);
            b += D.LoadWidened(in first, i + D.Width);
            c += D.LoadWidened(in first, i + (2 * D.Width));
            d += D.LoadWidened(in first, i + (3 * D.Width));
        }

        for (; i <= values.Length - D.Width; i += D.Width)
        {
            a += D.LoadWidened(in first, i);
        }

        double total = (a + b + (c + d)).Sum();
        for (; i < values.Length; i++)
        {
            total += Unsafe.Add(ref first, i);
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static double ReduceRow(ReadOnlySpan<S> values)
    {
        ref S first = ref MemoryMarshal.GetReference(values);
        L a = L.Const(TReduction.Identity);
        L b = a;
        L c = a;
        L d = a;
        int i = 0;

        // Four accumulators, because one would wait for its own last addition.
        for (; i <= values.Length - (4 * L.Width); i += 4 * L.Width)
        {
            a = TReduction.Combine(a, L.Load(in first, i));
            b = TReduction.Combine(b, L.Load(in first, i + L.Width));
            c = TReduction.Combine(c, L.Load(in first, i + (2 * L.Width)));
            d = TReduction.Combine(d, L.Load(in first, i + (3 * L.Width)));
        }

        for (; i <= values.Length - L.Width; i += L.Width)
        {
            a = TReduction.Combine(a, L.Load(in first, i));
        }

        a = TReduction.Combine(TReduction.Combine(a, b), TReduction.Combine(c, d));
        Span<S> lane = stackalloc S[L.Width];
        a.Store(ref MemoryMarshal.GetReference(lane), 0);
        return Combine(values[i..], Combine(lane[1..], double.CreateTruncating(lane[0])));
    }

    // A row has one result, so the last elements need no lane of their own.
    static double Combine(ReadOnlySpan<S> values, double total)
    {
        foreach (S value in values)
        {
            total = TReduction.Combine<Real>(total, double.CreateTruncating(value)).Value;
        }

        return total;
    }

    /// <summary>Reduces the columns from <paramref name="start"/> to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Columns(ReadOnlySpan<S> rows, Span<S> results, int length, int start, int end, double divisor)
    {
        ref S first = ref MemoryMarshal.GetReference(rows);
        int inner = results.Length;
        Span<S> lane = stackalloc S[L.Width];
        Span<double> totals = stackalloc double[L.Width];
        for (int column = start; column < end; column += L.Width)
        {
            totals.Fill(TReduction.Identity);
            L total = L.Const(TReduction.Identity);

            // A lane may reach into the next row, whose columns are ignored, but not beyond the last one.
            int whole = Math.Clamp((rows.Length - column - L.Width + inner) / inner, 0, length);
            for (int from = 0; from < length; from += RowsPerBlock)
            {
                L part = L.Const(TReduction.Identity);
                int to = Math.Min(length, from + RowsPerBlock);
                int row = from;
                for (; row < Math.Min(to, whole); row++)
                {
                    part = TReduction.Combine(part, L.Load(in first, ((nint)row * inner) + column));
                }

                for (; row < to; row++)
                {
                    int at = (row * inner) + column;
                    part = TReduction.Combine(part, PartialLane<L, S>.Load(in Unsafe.Add(ref first, at), rows.Length - at));
                }

                total = TReduction.Combine(total, part);
                if (to == length || to % (RowsPerBlock * RowsPerBlock) == 0)
                {
                    total.Store(ref MemoryMarshal.GetReference(lane), 0);
                    Carry(lane, totals);
                    total = L.Const(TReduction.Identity);
                }
            }

            for (int i = 0; i < Math.Min(L.Width, end - column); i++)
            {
                results[column + i] = S.CreateTruncating(totals[i] / divisor);
            }
        }
    }

    static void Carry(ReadOnlySpan<S> lane, Span<double> totals)
    {
        for (int i = 0; i < totals.Length; i++)
        {
            totals[i] = TReduction.Combine<Real>(totals[i], double.CreateTruncating(lane[i])).Value;
        }
    }
}
