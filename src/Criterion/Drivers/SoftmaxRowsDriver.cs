using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Kernels;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The result of <see cref="SoftmaxRowsDriver"/> for each row.</summary>
internal enum SoftmaxResult
{
    /// <summary>ln Σ eˣ, one number.</summary>
    LogSum,

    /// <summary>eˣ / Σ eˣ.</summary>
    Softmax,

    /// <summary>x − ln Σ eˣ.</summary>
    LogSoftmax,
}

/// <summary>Contiguous elements as [outer, length, inner], of which the rows run along the length.</summary>
/// <param name="X">The elements.</param>
/// <param name="Result">Receives the results: as many as there are elements, or one for each row.</param>
/// <param name="Length">The number of elements in a row.</param>
/// <param name="Inner">The distance between neighbours in a row.</param>
/// <param name="Kind">The result.</param>
/// <param name="Impossible">The softmax of a row that holds −∞ only.</param>
internal readonly record struct SoftmaxRows(Elements X, Elements Result, int Length, int Inner, SoftmaxResult Kind, double Impossible)
{
    /// <summary>The number of results of a row.</summary>
    public int Results => Kind == SoftmaxResult.LogSum ? 1 : Length;
}

/// <summary>Computes the logarithm of the sum of exponentials, the softmax or its logarithm along one dimension.</summary>
/// <remarks>
/// Along another dimension than the last one, neighbouring columns are copied into the cache as rows, a block at a time, so that
/// every cache line is read and written once.
/// </remarks>
internal static class SoftmaxRowsDriver
{
    const int ColumnsPerBlock = 16;

    public static void Run(in SoftmaxRows rows)
    {
        if (rows.X.Count > 0)
        {
            LaneLoop.Run(new Loop(rows), rows.X.DType);
        }
    }

    /// <summary>Blocks of neighbouring columns; where the rows are along the last dimension, each row is a block.</summary>
    readonly struct Loop(SoftmaxRows rows) : ILaneLoop
    {
        int Columns => Math.Min(rows.Inner, ColumnsPerBlock);

        int BlocksPerRow => LaneLoop.Chunks(rows.Inner, Columns);

        int Blocks => rows.X.Count / rows.Length / rows.Inner * BlocksPerRow;

        int BlocksPerChunk => LaneLoop.RowsPerChunk(rows.Length * Columns);

        public int Chunks => LaneLoop.Chunks(Blocks, BlocksPerChunk);

        void ILaneLoop.Run<S, L, D>(int chunk)
        {
            int gathered = rows.Inner == 1 ? 0 : Columns * rows.Length;
            int padded = LaneLoop.Chunks(rows.Length, L.Width) * L.Width;
            Memory<S> memory = BufferPool<S>.Rent(gathered + (2 * padded));
            Span<S> block = memory.Span[..gathered];
            Span<S> shifted = memory.Span.Slice(gathered, padded);
            Span<S> exponentials = memory.Span.Slice(gathered + padded, padded);
            int end = Math.Min(Blocks, (chunk + 1) * BlocksPerChunk);
            for (int i = chunk * BlocksPerChunk; i < end; i++)
            {
                if (rows.Inner == 1)
                {
                    RunRow<S, L>(
                        rows.X.Rows<S>(i, i + 1, rows.Length), rows.Result.Rows<S>(i, i + 1, rows.Results), shifted, exponentials);
                }
                else
                {
                    RunColumns<S, L>(i, block, shifted, exponentials);
                }
            }

            BufferPool<S>.Return(memory);
        }

        unsafe void RunColumns<S, L>(int index, Span<S> block, Span<S> shifted, Span<S> exponentials)
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
        {
            (int outer, int part) = Math.DivRem(index, BlocksPerRow);
            (int length, int inner, int first) = (rows.Length, rows.Inner, part * Columns);
            int count = Math.Min(Columns, inner - first);
            Span<S> source = rows.X.Span<S>()[((outer * length * inner) + first)..];
            Span<S> result = rows.Result.Span<S>()[((outer * rows.Results * inner) + first)..];
            fixed (S* from = source, to = result, own = block)
            {
                MatrixTranspose.Run(from, inner, own, length, length, count);
                for (int row = 0; row < count; row++)
                {
                    // The results of a row take its place.
                    Span<S> values = block.Slice(row * length, length);
                    RunRow<S, L>(values, values[..rows.Results], shifted, exponentials);
                }

                MatrixTranspose.Run(own, length, to, inner, count, rows.Results);
            }
        }

        /// <summary>Computes one row; <paramref name="result"/> may be the row's own memory.</summary>
        void RunRow<S, L>(ReadOnlySpan<S> row, Span<S> result, Span<S> shifted, Span<S> exponentials)
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
        {
            ExponentialSum sum = SoftmaxKernel<S, L>.Exponentials(row, shifted, exponentials, keepsShifted: true, default);
            bool isImpossible = double.IsNegativeInfinity(sum.Peak) && row.IndexOfAnyExcept(S.NegativeInfinity) < 0;
            if (rows.Kind == SoftmaxResult.LogSum)
            {
                result[0] = isImpossible ? S.NegativeInfinity : S.CreateTruncating(sum.Peak + sum.Log);
            }
            else if (rows.Kind == SoftmaxResult.LogSoftmax)
            {
                TensorPrimitives.Add(shifted[..row.Length], S.CreateTruncating(-sum.Log), result);
            }
            else if (isImpossible)
            {
                result.Fill(S.CreateTruncating(rows.Impossible));
            }
            else
            {
                TensorPrimitives.Multiply(exponentials[..row.Length], S.CreateTruncating(sum.Inverse), result);
            }
        }
    }
}
