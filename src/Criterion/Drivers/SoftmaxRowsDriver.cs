using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Kernels;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>What <see cref="SoftmaxRowsDriver"/> computes of each row.</summary>
internal enum SoftmaxResult
{
    /// <summary>ln Σ eˣ, one number.</summary>
    LogSum,

    /// <summary>eˣ / Σ eˣ.</summary>
    Softmax,

    /// <summary>x − ln Σ eˣ.</summary>
    LogSoftmax,
}

/// <summary>The logarithm of the sum of exponentials, the softmax or its logarithm along one dimension of a contiguous tensor.</summary>
/// <remarks>
/// Along another dimension than the last one, neighbouring columns are brought into the cache as rows, a block at a time, so that
/// every cache line is read and written once.
/// </remarks>
internal static class SoftmaxRowsDriver
{
    const int ColumnsPerBlock = 16;

    /// <param name="x">The values.</param>
    /// <param name="dim">The dimension of the rows.</param>
    /// <param name="result">What is written: the shape of x, without <paramref name="dim"/> for the sum.</param>
    /// <param name="kind">What is computed.</param>
    /// <param name="ofNothing">The softmax of a row of −∞ only.</param>
    public static void Run(Tensor x, int dim, Tensor result, SoftmaxResult kind, double ofNothing = double.NaN)
    {
        int inner = 1;
        foreach (int size in x.Shape.Dims[(dim + 1)..])
        {
            inner *= size;
        }

        if (x.Count > 0)
        {
            WidestLane.Run(new Task(x, x.Shape[dim], inner, result, kind, ofNothing), x.DType);
        }
    }

    readonly struct Task(Tensor x, int length, int inner, Tensor result, SoftmaxResult kind, double ofNothing) : ILaneTask
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S>
        {
            Rows<S, L> rows = new(kind, ofNothing, length);
            int columns = Math.Min(inner, ColumnsPerBlock);
            int blocks = x.Count / length / inner * ((inner + columns - 1) / columns);
            int perChunk = Math.Max(1, MapDriver.ChunkLength / (length * columns));
            ParallelFor.Run(
                (blocks + perChunk - 1) / perChunk, new Chunk<S, L>(rows, x.Memory<S>(), result.Memory<S>(), inner, columns, blocks, perChunk));
        }
    }

    /// <summary>Some blocks of neighbouring columns; where the rows are along the last dimension, each row is a block.</summary>
    readonly struct Chunk<S, L>(
        Rows<S, L> rows, Memory<S> x, Memory<S> result, int inner, int columns, int blocks, int perChunk) : IChunk
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            int gathered = inner == 1 ? 0 : columns * rows.Length;
            Memory<S> memory = BufferPool<S>.Rent(gathered + rows.Scratch);
            Span<S> block = memory.Span[..gathered];
            Span<S> scratch = memory.Span.Slice(gathered, rows.Scratch);
            int end = Math.Min(blocks, (index + 1) * perChunk);
            for (int i = index * perChunk; i < end; i++)
            {
                if (inner == 1)
                {
                    rows.Run(x.Span.Slice(i * rows.Length, rows.Length), result.Span.Slice(i * rows.Results, rows.Results), scratch);
                }
                else
                {
                    RunColumns(i, block, scratch);
                }
            }

            BufferPool<S>.Return(memory);
        }

        unsafe void RunColumns(int index, Span<S> block, Span<S> scratch)
        {
            (int outer, int part) = Math.DivRem(index, (inner + columns - 1) / columns);
            int first = part * columns;
            int count = Math.Min(columns, inner - first);
            fixed (S* from = x.Span[((outer * rows.Length * inner) + first)..], to = result.Span[((outer * rows.Results * inner) + first)..], own = block)
            {
                MatrixTranspose.Run(from, inner, own, rows.Length, rows.Length, count);
                for (int row = 0; row < count; row++)
                {
                    // What is computed of a row takes its place.
                    Span<S> values = block.Slice(row * rows.Length, rows.Length);
                    rows.Run(values, values[..rows.Results], scratch);
                }

                MatrixTranspose.Run(own, rows.Length, to, inner, count, rows.Results);
            }
        }
    }

    /// <summary>What is computed of one row.</summary>
    readonly struct Rows<S, L>(SoftmaxResult kind, double ofNothing, int length)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, S>
    {
        readonly int _padded = (length + L.Width - 1) / L.Width * L.Width;

        public int Length => length;

        /// <summary>How many numbers come of a row.</summary>
        public int Results => kind == SoftmaxResult.LogSum ? 1 : length;

        /// <summary>Elements of scratch memory.</summary>
        public int Scratch => 2 * _padded;

        /// <summary>Computes one row; <paramref name="result"/> may be the row's own memory.</summary>
        public void Run(ReadOnlySpan<S> row, Span<S> result, Span<S> scratch)
        {
            Span<S> shifted = scratch[.._padded];
            Span<S> exponentials = scratch.Slice(_padded, _padded);
            Normal normal = SoftmaxKernel<S, L>.Exponentials(row, shifted, exponentials, keeps: true, default);
            bool isNothing = double.IsNegativeInfinity(normal.Peak) && row.IndexOfAnyExcept(S.NegativeInfinity) < 0;
            if (kind == SoftmaxResult.LogSum)
            {
                result[0] = isNothing ? S.NegativeInfinity : S.CreateTruncating(normal.Peak + normal.Log);
            }
            else if (kind == SoftmaxResult.LogSoftmax)
            {
                TensorPrimitives.Add(shifted[..length], S.CreateTruncating(-normal.Log), result);
            }
            else if (isNothing)
            {
                result.Fill(S.CreateTruncating(ofNothing));
            }
            else
            {
                TensorPrimitives.Multiply(exponentials[..length], S.CreateTruncating(normal.Inverse), result);
            }
        }
    }
}
