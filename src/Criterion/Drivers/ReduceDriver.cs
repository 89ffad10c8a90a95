using System.Numerics;
using Criterion.Memory;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>An associative combination of two partial results.</summary>
internal interface IReduction
{
    /// <summary>The neutral element.</summary>
    static abstract double Identity { get; }

    static abstract T Combine<T>(T a, T b)
        where T : struct, IReal<T>;
}

internal readonly struct SumReduction : IReduction
{
    public static double Identity => 0;

    public static T Combine<T>(T a, T b)
        where T : struct, IReal<T> => a + b;
}

internal readonly struct MaxReduction : IReduction
{
    public static double Identity => double.NegativeInfinity;

    public static T Combine<T>(T a, T b)
        where T : struct, IReal<T> => T.Max(a, b);
}

internal readonly struct MinReduction : IReduction
{
    public static double Identity => double.PositiveInfinity;

    public static T Combine<T>(T a, T b)
        where T : struct, IReal<T> => T.Min(a, b);
}

/// <summary>Contiguous elements as [outer, length, inner], to be reduced to [outer, inner].</summary>
/// <param name="Source">The elements.</param>
/// <param name="Result">Receives the results.</param>
/// <param name="Outer">The first size.</param>
/// <param name="Length">The size that is reduced.</param>
/// <param name="Inner">The last size.</param>
/// <param name="Divisor">The divisor of a sum of floats before it is rounded.</param>
internal readonly record struct ReductionOperands(Elements Source, Elements Result, int Outer, int Length, int Inner, double Divisor = 1);

/// <summary>
/// Reduces a dimension. Work is divided into pieces of fixed size whose partial results are combined in order, so results have the same
/// bits on any number of threads. A sum of finite numbers that is not finite is computed again in <see cref="UnboundedReal"/>.
/// </summary>
internal static class ReduceDriver
{
    public static void Run<TReduction>(in ReductionOperands reduction)
        where TReduction : struct, IReduction
    {
        if (!reduction.Source.DType.IsFloat())
        {
            ReduceIntegers<TReduction>(reduction);
        }
        else if (reduction.Inner > 1)
        {
            LaneLoop.Run(new ColumnLoop<TReduction>(reduction), reduction.Source.DType);
        }
        else
        {
            ReduceRows<TReduction>(reduction);
        }
    }

    static void ReduceRows<TReduction>(in ReductionOperands reduction)
        where TReduction : struct, IReduction
    {
        RowLoop<TReduction> loop = new(reduction, BufferPool<double>.Rent(reduction.Outer * RowLoop<TReduction>.PiecesOf(reduction)));
        LaneLoop.Run(loop, reduction.Source.DType);
        if (reduction.Source.DType == DType.Float32)
        {
            loop.Finish<float>();
        }
        else
        {
            loop.Finish<double>();
        }

        BufferPool<double>.Return(loop.Partial);
    }

    /// <summary>
    /// Returns the sum of finite numbers, every <paramref name="step"/>-th, without overflow on the way; else <paramref name="result"/>.
    /// </summary>
    static double SumUnbounded<S>(ReadOnlySpan<S> numbers, int step, double divisor, double result)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        for (int i = 0; i < numbers.Length; i += step)
        {
            if (!S.IsFinite(numbers[i]))
            {
                return result;
            }
        }

        return (SumPairwise(numbers, step, 0, (numbers.Length + step - 1) / step) / divisor).Value;
    }

    static UnboundedReal SumPairwise<S>(ReadOnlySpan<S> numbers, int step, int start, int end)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (end - start > 32)
        {
            int middle = (start + end) / 2;
            return SumPairwise(numbers, step, start, middle) + SumPairwise(numbers, step, middle, end);
        }

        UnboundedReal sum = 0;
        for (int i = start; i < end; i++)
        {
            sum += double.CreateTruncating(numbers[i * step]);
        }

        return sum;
    }

    static void ReduceIntegers<TReduction>(ReductionOperands r)
        where TReduction : struct, IReduction
    {
        ReadOnlySpan<long> source = r.Source.Span<long>();
        Span<long> result = r.Result.Span<long>();
        for (int o = 0; o < r.Outer; o++)
        {
            for (int i = 0; i < r.Inner; i++)
            {
                Int64Lane total = TReduction.Identity == 0 ? 0 : source[(o * r.Length * r.Inner) + i];
                for (int k = TReduction.Identity == 0 ? 0 : 1; k < r.Length; k++)
                {
                    total = TReduction.Combine<Int64Lane>(total, source[(((o * r.Length) + k) * r.Inner) + i]);
                }

                result[(o * r.Inner) + i] = total.Value;
            }
        }
    }

    /// <summary>Rows of neighbouring elements, in pieces of which each has a partial result in double precision.</summary>
    readonly struct RowLoop<TReduction>(ReductionOperands reduction, Memory<double> partial) : ILaneLoop
        where TReduction : struct, IReduction
    {
        public Memory<double> Partial => partial;

        public static int PiecesOf(in ReductionOperands reduction) => Math.Max(1, LaneLoop.Chunks(reduction.Length));

        int Pieces => PiecesOf(reduction);

        int RowsPerChunk => LaneLoop.RowsPerChunk(reduction.Length);

        public int Chunks => Pieces > 1 ? reduction.Outer * Pieces : LaneLoop.Chunks(reduction.Outer, RowsPerChunk);

        void ILaneLoop.Run<S, L, D>(int chunk)
        {
            ReadOnlySpan<S> source = reduction.Source.Span<S>();
            Span<double> results = partial.Span;
            if (Pieces > 1)
            {
                (int piecesRow, int piece) = Math.DivRem(chunk, Pieces);
                int start = piece * LaneLoop.ChunkLength;
                results[chunk] = ReduceLoops<TReduction, S, L, D>.Row(source.Slice(
                    (piecesRow * reduction.Length) + start, Math.Min(LaneLoop.ChunkLength, reduction.Length - start)));
                return;
            }

            int end = Math.Min(reduction.Outer, (chunk + 1) * RowsPerChunk);
            for (int row = chunk * RowsPerChunk; row < end; row++)
            {
                results[row] = ReduceLoops<TReduction, S, L, D>.Row(source.Slice(row * reduction.Length, reduction.Length));
            }
        }

        /// <summary>Combines the partial results of each row.</summary>
        public void Finish<S>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
        {
            (int pieces, int length) = (Pieces, reduction.Length);
            ReadOnlySpan<double> results = partial.Span;
            Span<S> destination = reduction.Result.Span<S>();
            for (int i = 0; i < destination.Length; i++)
            {
                Real total = results[i * pieces];
                for (int p = 1; p < pieces; p++)
                {
                    total = TReduction.Combine<Real>(total, results[(i * pieces) + p]);
                }

                double result = total.Value / reduction.Divisor;
                destination[i] = S.CreateTruncating(
                    typeof(TReduction) == typeof(SumReduction) && !double.IsFinite(result)
                        ? SumUnbounded<S>(reduction.Source.Span<S>().Slice(i * length, length), 1, reduction.Divisor, result)
                        : result);
            }
        }
    }

    /// <summary>Blocks of columns, each reduced down its rows.</summary>
    readonly struct ColumnLoop<TReduction>(ReductionOperands reduction) : ILaneLoop
        where TReduction : struct, IReduction
    {
        // A multiple of every lane's width.
        const int LeastWidth = 16;

        int Width => Math.Max(LeastWidth, Math.Min(reduction.Inner, LaneLoop.RowsPerChunk(reduction.Length)) / LeastWidth * LeastWidth);

        int Blocks => LaneLoop.Chunks(reduction.Inner, Width);

        public int Chunks => reduction.Outer * Blocks;

        void ILaneLoop.Run<S, L, D>(int chunk)
        {
            (int outer, int block) = Math.DivRem(chunk, Blocks);
            int start = block * Width;
            int end = Math.Min(reduction.Inner, start + Width);
            ReadOnlySpan<S> rows = reduction.Source.Rows<S>(outer, outer + 1, reduction.Length * reduction.Inner);
            Span<S> results = reduction.Result.Rows<S>(outer, outer + 1, reduction.Inner);
            ReduceLoops<TReduction, S, L, D>.Columns(rows, results, reduction.Length, start, end, reduction.Divisor);
            if (typeof(TReduction) == typeof(SumReduction))
            {
                Repair(rows, results, start, end);
            }
        }

        /// <summary>Sums again what overflowed.</summary>
        void Repair<S>(ReadOnlySpan<S> rows, Span<S> results, int start, int end)
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
        {
            for (int column = start; column < end; column++)
            {
                if (!S.IsFinite(results[column]))
                {
                    ReadOnlySpan<S> numbers = rows[Math.Min(column, rows.Length)..];
                    double result = double.CreateTruncating(results[column]);
                    results[column] = S.CreateTruncating(SumUnbounded(numbers, reduction.Inner, reduction.Divisor, result));
                }
            }
        }
    }
}
