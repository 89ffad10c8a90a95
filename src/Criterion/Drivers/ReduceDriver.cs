using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Criterion.Kernels;
using Criterion.Memory;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>How two partial results become one.</summary>
internal interface IReduction
{
    /// <summary>What changes nothing when combined.</summary>
    static abstract double Identity { get; }

    static abstract T Combine<T>(T a, T b)
        where T : struct, IReal<T>;
}

internal readonly struct SumOf : IReduction
{
    public static double Identity => 0;

    public static T Combine<T>(T a, T b)
        where T : struct, IReal<T> => a + b;
}

internal readonly struct MaxOf : IReduction
{
    public static double Identity => double.NegativeInfinity;

    public static T Combine<T>(T a, T b)
        where T : struct, IReal<T> => T.Max(a, b);
}

internal readonly struct MinOf : IReduction
{
    public static double Identity => double.PositiveInfinity;

    public static T Combine<T>(T a, T b)
        where T : struct, IReal<T> => T.Min(a, b);
}

/// <summary>
/// Reduces a contiguous tensor seen as [outer, length, inner] to [outer, inner]. Work is cut into pieces of fixed size whose
/// partial results are combined in order, so the same bits come out on any number of threads. A sum of finite numbers that is not finite
/// is added up again in <see cref="UnboundedReal"/>.
/// </summary>
internal static class ReduceDriver
{
    const int ChunkLength = 16384;

    /// <summary>Rows that one partial result covers when summing down columns: keeps single-precision sums short.</summary>
    const int RowsPerBlock = 64;

    /// <param name="x">Contiguous, [outer, length, inner].</param>
    /// <param name="output">Takes [outer, inner].</param>
    /// <param name="outer">The first size.</param>
    /// <param name="length">The size that is reduced.</param>
    /// <param name="inner">The last size.</param>
    /// <param name="divisor">What a sum of floats is divided by before it is rounded.</param>
    public static void Run<TReduction>(Tensor x, Tensor output, int outer, int length, int inner, double divisor = 1)
        where TReduction : struct, IReduction
    {
        if (x.DType.IsFloat())
        {
            WidestLane.Run(new Task<TReduction>(x, output, outer, length, inner, divisor), x.DType);
        }
        else
        {
            Integers<TReduction>(x, output, outer, length, inner);
        }
    }

    readonly struct Task<TReduction>(Tensor x, Tensor output, int outer, int length, int inner, double divisor) : ILaneTask
        where TReduction : struct, IReduction
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S> => Over<TReduction, S, L>(x, output, outer, length, inner, divisor);
    }

    static void Over<TReduction, S, L>(Tensor x, Tensor output, int outer, int length, int inner, double divisor)
        where TReduction : struct, IReduction
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        Memory<S> source = x.Memory<S>();
        Memory<S> destination = output.Memory<S>();
        if (inner > 1)
        {
            int width = Math.Max(L.Width, Math.Min(inner, ChunkLength / Math.Max(1, length) / L.Width * L.Width));
            int blocks = (inner + width - 1) / width;
            ParallelFor.Run(outer * blocks, new Columns<TReduction, S, L>(source, destination, length, inner, width, blocks, divisor));
            return;
        }

        int pieces = Math.Max(1, (length + ChunkLength - 1) / ChunkLength);
        Memory<double> partial = BufferPool<double>.Rent(outer * pieces);
        int rows = pieces > 1 ? 1 : Math.Max(1, ChunkLength / Math.Max(1, length));
        ParallelFor.Run(
            pieces > 1 ? outer * pieces : (outer + rows - 1) / rows,
            new Rows<TReduction, S, L>(source, partial, outer, length, pieces, rows));
        Finish<TReduction, S>(partial.Span, source.Span, destination.Span, pieces, divisor);
        BufferPool<double>.Return(partial);
    }

    static void Finish<TReduction, S>(Span<double> partial, ReadOnlySpan<S> source, Span<S> destination, int pieces, double divisor)
        where TReduction : struct, IReduction
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int length = source.Length / Math.Max(1, destination.Length);
        for (int i = 0; i < destination.Length; i++)
        {
            Real total = partial[i * pieces];
            for (int p = 1; p < pieces; p++)
            {
                total = TReduction.Combine<Real>(total, partial[(i * pieces) + p]);
            }

            double result = total.Value / divisor;
            destination[i] = S.CreateTruncating(
                typeof(TReduction) == typeof(SumOf) && !double.IsFinite(result) ? Again(source.Slice(i * length, length), 1, divisor, result) : result);
        }
    }

    /// <summary>The sum of finite numbers, every <paramref name="step"/>-th, without overflow on the way; else the result that there is.</summary>
    static double Again<S>(ReadOnlySpan<S> numbers, int step, double divisor, double result)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        for (int i = 0; i < numbers.Length; i += step)
        {
            if (!S.IsFinite(numbers[i]))
            {
                return result;
            }
        }

        return (Pairwise(numbers, step, 0, (numbers.Length + step - 1) / step) / divisor).Value;
    }

    static UnboundedReal Pairwise<S>(ReadOnlySpan<S> numbers, int step, int start, int end)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (end - start > 32)
        {
            int middle = (start + end) / 2;
            return Pairwise(numbers, step, start, middle) + Pairwise(numbers, step, middle, end);
        }

        UnboundedReal sum = 0;
        for (int i = start; i < end; i++)
        {
            sum += double.CreateTruncating(numbers[i * step]);
        }

        return sum;
    }

    static void Integers<TReduction>(Tensor x, Tensor output, int outer, int length, int inner)
        where TReduction : struct, IReduction
    {
        ReadOnlySpan<long> source = x.Memory<long>().Span;
        Span<long> destination = output.Memory<long>().Span;
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                Int64Lane total = TReduction.Identity == 0 ? 0 : source[(o * length * inner) + i];
                for (int k = TReduction.Identity == 0 ? 0 : 1; k < length; k++)
                {
                    total = TReduction.Combine<Int64Lane>(total, source[(((o * length) + k) * inner) + i]);
                }

                destination[(o * inner) + i] = total.Value;
            }
        }
    }

    /// <summary>Pieces of rows that lie in one stretch, each to a partial result in double precision.</summary>
    readonly struct Rows<TReduction, S, L>(Memory<S> source, Memory<double> partial, int outer, int length, int pieces, int rows) : IChunk
        where TReduction : struct, IReduction
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            Span<double> results = partial.Span;
            if (pieces > 1)
            {
                (int row, int piece) = Math.DivRem(index, pieces);
                int start = piece * ChunkLength;
                results[index] = Reduce(source.Span.Slice((row * length) + start, Math.Min(ChunkLength, length - start)));
                return;
            }

            int end = Math.Min(outer, (index + 1) * rows);
            for (int row = index * rows; row < end; row++)
            {
                results[row] = Reduce(source.Span.Slice(row * length, length));
            }
        }

        // Floats are summed in double precision: over many of them rounding would show.
        static double Reduce(ReadOnlySpan<S> values) =>
            typeof(TReduction) != typeof(SumOf) || typeof(S) != typeof(float) ? ReduceOwn(values)
            : Vector512.IsHardwareAccelerated ? SumWidened<Lane512<double>>(values)
            : Vector256.IsHardwareAccelerated ? SumWidened<Lane256<double>>(values)
            : SumWidened<Lane128<double>>(values);

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static double SumWidened<D>(ReadOnlySpan<S> values)
            where D : struct, ILane<D, double>
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
        static double ReduceOwn(ReadOnlySpan<S> values)
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
            Span<S> lanes = stackalloc S[L.Width];
            a.Store(ref MemoryMarshal.GetReference(lanes), 0);
            Real total = double.CreateTruncating(lanes[0]);
            foreach (S lane in lanes[1..])
            {
                total = TReduction.Combine<Real>(total, double.CreateTruncating(lane));
            }

            foreach (S rest in values[i..])
            {
                total = TReduction.Combine<Real>(total, double.CreateTruncating(rest));
            }

            return total.Value;
        }
    }

    /// <summary>Blocks of columns, each reduced down its rows.</summary>
    readonly struct Columns<TReduction, S, L>(
        Memory<S> source, Memory<S> destination, int length, int inner, int width, int blocks, double divisor) : IChunk
        where TReduction : struct, IReduction
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            (int o, int block) = Math.DivRem(index, blocks);
            int start = block * width;
            int end = Math.Min(inner, start + width);
            ReadOnlySpan<S> rows = source.Span.Slice(o * length * inner, length * inner);
            Span<S> sums = destination.Span.Slice(o * inner, inner);
            Reduce(rows, sums, start, end);
            if (typeof(TReduction) == typeof(SumOf))
            {
                Mend(rows, sums, start, end);
            }
        }

        /// <summary>Adds up again what overflowed.</summary>
        void Mend(ReadOnlySpan<S> rows, Span<S> sums, int start, int end)
        {
            for (int column = start; column < end; column++)
            {
                if (!S.IsFinite(sums[column]))
                {
                    sums[column] = S.CreateTruncating(Again(rows[Math.Min(column, rows.Length)..], inner, divisor, double.CreateTruncating(sums[column])));
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        void Reduce(ReadOnlySpan<S> rows, Span<S> sums, int start, int end)
        {
            ref S first = ref MemoryMarshal.GetReference(rows);
            Span<S> lane = stackalloc S[L.Width];
            Span<double> totals = stackalloc double[L.Width];
            int column = start;
            for (; column <= end - L.Width; column += L.Width)
            {
                totals.Fill(TReduction.Identity);
                L total = L.Const(TReduction.Identity);
                for (int from = 0; from < length; from += RowsPerBlock)
                {
                    L part = L.Const(TReduction.Identity);
                    int to = Math.Min(length, from + RowsPerBlock);
                    for (int row = from; row < to; row++)
                    {
                        part = TReduction.Combine(part, L.Load(in first, ((nint)row * inner) + column));
                    }

                    total = TReduction.Combine(total, part);
                    if (to == length || to % (RowsPerBlock * RowsPerBlock) == 0)
                    {
                        total.Store(ref MemoryMarshal.GetReference(lane), 0);
                        Carry(lane, totals);
                        total = L.Const(TReduction.Identity);
                    }
                }

                for (int i = 0; i < totals.Length; i++)
                {
                    sums[column + i] = S.CreateTruncating(totals[i] / divisor);
                }
            }

            for (; column < end; column++)
            {
                Real total = TReduction.Identity;
                for (int row = 0; row < length; row++)
                {
                    total = TReduction.Combine<Real>(total, double.CreateTruncating(Unsafe.Add(ref first, ((nint)row * inner) + column)));
                }

                sums[column] = S.CreateTruncating(total.Value / divisor);
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
}
