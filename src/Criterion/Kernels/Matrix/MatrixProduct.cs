using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>A read-only matrix in memory with any strides, in elements.</summary>
internal readonly record struct MatrixView<S>(ReadOnlyMemory<S> Data, int Rows, int Columns, int RowStride, int ColumnStride)
    where S : unmanaged
{
    public MatrixView<S> Transposed => new(Data, Columns, Rows, ColumnStride, RowStride);

    public MatrixView<S> From(int offset) => this with { Data = Data[offset..] };
}

/// <summary>
/// Matrix product: the right operand is packed into panels as wide as a tile, the left one into blocks as high as a tile. Threads share
/// the blocks of the destination. How they are cut depends on the number of threads; the order of the terms of a sum does not.
/// </summary>
internal static class MatrixProduct
{
    /// <summary>Products with fewer multiply-adds run on the caller's thread: waking another takes about as long.</summary>
    const long SmallProduct = 1 << 18;

    /// <summary>Computes <paramref name="destination"/> (row-major) = a · b, or += with <paramref name="accumulate"/>.</summary>
    public static void Multiply<S>(MatrixView<S> a, MatrixView<S> b, Memory<S> destination, bool accumulate = false)
        where S : unmanaged, IBinaryFloatingPointIeee754<S> =>
        Multiply(a, b, destination, (long)a.Rows * b.Columns, accumulate);

    static void Multiply<S>(MatrixView<S> a, MatrixView<S> b, Memory<S> destination, long resultElements, bool accumulate)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (a.Rows == 0 || b.Columns == 0)
        {
            return;
        }

        if (a.Columns == 1)
        {
            ProductOuter<S>.Multiply(a, b, destination, accumulate);
        }
        else if (a.Rows == 1 && b.ColumnStride == 1)
        {
            MultiplyRow(a, b, destination, accumulate);
        }
        else if (b.Columns == 1 && a.RowStride == 1)
        {
            MultiplyRow(b.Transposed, a.Transposed, destination, accumulate);
        }
        else if (ProductDots<S>.Fits(a, b))
        {
            ProductDots<S>.Multiply(a, b, destination, (b.Columns, 1), accumulate, Work(a, b) < SmallProduct);
        }
        else if (ProductDots<S>.Fits(b.Transposed, a.Transposed))
        {
            ProductDots<S>.Multiply(b.Transposed, a.Transposed, destination, (1, b.Columns), accumulate, Work(a, b) < SmallProduct);
        }
        else
        {
            MultiplyPacked(a, b, destination, resultElements, accumulate);
        }
    }

    /// <summary>
    /// Multiplies one row by a matrix of contiguous rows, in place. The columns that do not fill a register are multiplied as the transpose
    /// of a product by one column, whose large operand is packed a block at a time.
    /// </summary>
    static void MultiplyRow<S>(MatrixView<S> row, MatrixView<S> matrix, Memory<S> destination, bool accumulate)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int done = MatrixProductRow<S>.Multiply(row, matrix, destination, accumulate);
        if (done < matrix.Columns)
        {
            MatrixView<S> rest = matrix.From(matrix.Rows == 0 ? 0 : done * matrix.ColumnStride) with { Columns = matrix.Columns - done };
            MultiplyPacked(rest.Transposed, row.Transposed, destination[done..], rest.Columns, accumulate);
        }
    }

    static void MultiplyPacked<S>(MatrixView<S> a, MatrixView<S> b, Memory<S> destination, long resultElements, bool accumulate)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int threads = Work(a, b) < SmallProduct ? 1 : ParallelFor.ThreadsHere;
        if (ProductBlocks<S>.IsInPlace(a, b) || a.Rows > ProductStripes<S>.MostRows || b.Columns < ProductStripes<S>.LeastColumns)
        {
            ProductBlocks<S>.Multiply(a, b, destination, resultElements, accumulate, threads);
        }
        else
        {
            ProductStripes<S>.Multiply(a, b, destination, accumulate, threads);
        }
    }

    /// <summary>
    /// Returns the columns in panels of the full width, and the width of the panel for the remaining ones: a narrower register may fit
    /// them, with fewer empty lanes.
    /// </summary>
    internal static (int Whole, int Last) Panels<S>(int columns)
        where S : unmanaged
    {
        int width = MatrixProductBlock.PanelWidth<S>(columns);
        int whole = columns / width * width;
        return (whole, whole == columns ? 0 : MatrixProductBlock.PanelWidth<S>(columns - whole));
    }

    /// <summary>
    /// Computes <paramref name="count"/> products, contiguous in <paramref name="destination"/>. The operands of product i begin at
    /// elements <paramref name="aOffsets"/>[i] and <paramref name="bOffsets"/>[i].
    /// </summary>
    public static void MultiplyBatch<S>(
        int count, MatrixView<S> a, ReadOnlySpan<int> aOffsets, MatrixView<S> b, ReadOnlySpan<int> bOffsets, Memory<S> destination)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        Memory<int> offsets = BufferPool<int>.Rent(2L * count);
        aOffsets[..count].CopyTo(offsets.Span);
        bOffsets[..count].CopyTo(offsets.Span[count..]);
        BatchChunks<S> batch = new(a, b, offsets, count, destination);
        if (Work(a, b) >= SmallProduct && count < 8)
        {
            for (int i = 0; i < count; i++)
            {
                batch.Multiply(i);
            }
        }
        else
        {
            ParallelFor.Run(batch.Count, batch);
        }

        BufferPool<int>.Return(offsets);
    }

    internal static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    static long Work<S>(MatrixView<S> a, MatrixView<S> b)
        where S : unmanaged => (long)a.Rows * a.Columns * b.Columns;

    /// <summary>Some products of a batch; enough in a chunk to be worth a thread.</summary>
    readonly struct BatchChunks<S>(MatrixView<S> a, MatrixView<S> b, Memory<int> offsets, int count, Memory<S> destination) : IChunk
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        readonly int _perChunk = (int)Math.Clamp(SmallProduct / Math.Max(1, Work(a, b)), 1, Math.Max(1, count));

        public int Count => (count + _perChunk - 1) / _perChunk;

        public void Run(int index)
        {
            int end = Math.Min((index + 1) * _perChunk, count);
            for (int i = index * _perChunk; i < end; i++)
            {
                Multiply(i);
            }
        }

        public void Multiply(int i)
        {
            int size = a.Rows * b.Columns;
            MatrixProduct.Multiply(
                a.From(offsets.Span[i]), b.From(offsets.Span[count + i]), destination.Slice(i * size, size), (long)size * count,
                accumulate: false);
        }
    }
}
