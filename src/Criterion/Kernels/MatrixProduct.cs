using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>A read-only matrix in memory with any strides, in elements.</summary>
internal readonly record struct MatrixView<S>(ReadOnlyMemory<S> Data, int Rows, int Columns, int RowStride, int ColumnStride)
    where S : unmanaged
{
    public MatrixView<S> Transposed => new(Data, Columns, Rows, ColumnStride, RowStride);

    public MatrixView<S> From(int offset) => this with { Data = Data[offset..] };
}

/// <summary>
/// Matrix product: the right operand is packed once into panels as wide as a tile, the left one block by block, and the blocks
/// of the destination are shared between threads.
/// </summary>
internal static class MatrixProduct
{
    /// <summary>Products with fewer multiply-adds run on the caller's thread: waking another one takes about as long.</summary>
    const long SmallProduct = 1 << 18;

    /// <summary><paramref name="destination"/> (row-major) = a · b, or += with <paramref name="accumulate"/>.</summary>
    public static void Multiply<S>(MatrixView<S> a, MatrixView<S> b, Memory<S> destination, bool accumulate = false)
        where S : unmanaged, IFloatingPoint<S>
    {
        if (a.Rows == 0 || b.Columns == 0)
        {
            return;
        }

        if (a.Rows == 1)
        {
            MultiplyRow(a, b, destination, accumulate);
        }
        else
        {
            MultiplyPacked(a, b, destination, accumulate);
        }
    }

    /// <summary>
    /// One row is one column when turned over; then the large operand takes the left side, where it is packed a block at a time.
    /// If its rows are contiguous it needs no packing at all.
    /// </summary>
    static void MultiplyRow<S>(MatrixView<S> row, MatrixView<S> matrix, Memory<S> destination, bool accumulate)
        where S : unmanaged, IFloatingPoint<S>
    {
        int done = matrix.ColumnStride == 1 ? MatrixProductRow<S>.Multiply(row, matrix, destination, accumulate) : 0;
        if (done < matrix.Columns)
        {
            MatrixView<S> rest = matrix.From(matrix.Rows == 0 ? 0 : done * matrix.ColumnStride) with { Columns = matrix.Columns - done };
            MultiplyPacked(rest.Transposed, row.Transposed, destination[done..], accumulate);
        }
    }

    static void MultiplyPacked<S>(MatrixView<S> a, MatrixView<S> b, Memory<S> destination, bool accumulate)
        where S : unmanaged, IFloatingPoint<S>
    {
        int width = MatrixProductBlock.PanelWidth<S>(b.Columns);
        Memory<S> packed = BufferPool<S>.Rent(checked(RoundUp(b.Columns, width) * b.Rows));
        PackRight(b, packed, width);
        ProductChunks<S> chunks = new(a, b.Columns, packed, width, destination, accumulate);
        ParallelFor.Run(chunks.Count, chunks);
        BufferPool<S>.Return(packed);
    }

    /// <summary>
    /// <paramref name="count"/> products one after the other in <paramref name="destination"/>; product i reads its operands
    /// from <paramref name="aOffsets"/>[i] and <paramref name="bOffsets"/>[i] elements on.
    /// </summary>
    public static void MultiplyBatch<S>(
        int count, MatrixView<S> a, ReadOnlySpan<int> aOffsets, MatrixView<S> b, ReadOnlySpan<int> bOffsets, Memory<S> destination)
        where S : unmanaged, IFloatingPoint<S>
    {
        Memory<int> offsets = BufferPool<int>.Rent(2 * count);
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

    static void PackRight<S>(MatrixView<S> b, Memory<S> packed, int width)
        where S : unmanaged
    {
        PackChunks<S> chunks = new(b, packed, width);
        ParallelFor.Run(chunks.Count, chunks);
    }

    /// <summary>Packs a few rows of the right operand, into all panels: whole rows are read, page after page.</summary>
    readonly struct PackChunks<S>(MatrixView<S> right, Memory<S> packed, int width) : IChunk
        where S : unmanaged
    {
        readonly int _rowsPerChunk = Math.Max(32, (1 << 16) / Math.Max(1, right.Columns));

        public int Count => (right.Rows + _rowsPerChunk - 1) / _rowsPerChunk;

        public unsafe void Run(int index)
        {
            int row = index * _rowsPerChunk;
            int rows = Math.Min(_rowsPerChunk, right.Rows - row);
            fixed (S* source = right.Data.Span, target = packed.Span)
            {
                for (int column = 0; column < right.Columns; column += width)
                {
                    MatrixProductPanel.Pack(
                        source + ((nint)row * right.RowStride) + ((nint)column * right.ColumnStride), right.RowStride, right.ColumnStride,
                        rows, Math.Min(width, right.Columns - column), target + ((nint)column * right.Rows) + (row * width), width);
                }
            }
        }
    }

    /// <summary>Blocks of the destination, in a grid that the shapes alone decide.</summary>
    readonly struct ProductChunks<S> : IChunk
        where S : unmanaged, IFloatingPoint<S>
    {
        const int TargetChunks = 16;
        const int MaxRows = 96;
        const int MaxColumns = 1024;

        readonly MatrixView<S> _left;
        readonly Memory<S> _right;
        readonly Memory<S> _destination;
        readonly int _columns;
        readonly int _panelWidth;
        readonly int _tileRows;
        readonly int _blockRows;
        readonly int _blockColumns;
        readonly bool _accumulate;

        public ProductChunks(MatrixView<S> left, int columns, Memory<S> right, int panelWidth, Memory<S> destination, bool accumulate)
        {
            _left = left;
            _right = right;
            _destination = destination;
            _columns = columns;
            _panelWidth = panelWidth;
            _tileRows = MatrixProductBlock.TileRows<S>(panelWidth);
            _accumulate = accumulate;
            bool small = (long)left.Rows * left.Columns * columns < SmallProduct;
            _blockColumns = Math.Min(MaxColumns, RoundUp(columns, panelWidth));
            int rowsForAll = left.Rows * ColumnBlocks / TargetChunks;
            _blockRows = small ? RoundUp(left.Rows, _tileRows) : Math.Clamp(RoundUp(rowsForAll, _tileRows), 2 * _tileRows, MaxRows);
        }

        public int Count => RowBlocks * ColumnBlocks;

        int RowBlocks => (_left.Rows + _blockRows - 1) / _blockRows;

        int ColumnBlocks => (_columns + _blockColumns - 1) / _blockColumns;

        public unsafe void Run(int index)
        {
            (int columnBlock, int rowBlock) = Math.DivRem(index, RowBlocks);
            int row = rowBlock * _blockRows;
            int column = columnBlock * _blockColumns;
            Memory<S> packedRows = BufferPool<S>.Rent(_blockRows * MatrixProductBlock.DepthSlice);
            fixed (S* left = _left.Data.Span, right = _right.Span, target = _destination.Span, scratch = packedRows.Span)
            {
                Multiply(
                    left + ((nint)row * _left.RowStride), Math.Min(_blockRows, _left.Rows - row),
                    right + ((nint)column * _left.Columns), Math.Min(_blockColumns, _columns - column),
                    target + ((nint)row * _columns) + column, scratch);
            }

            BufferPool<S>.Return(packedRows);
        }

        /// <summary>One block of the destination, a slice of the depth at a time.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        unsafe void Multiply(S* left, int rows, S* right, int columns, S* target, S* packedRows)
        {
            int k = 0;
            do
            {
                int depth = Math.Min(MatrixProductBlock.DepthSlice, _left.Columns - k);
                PackRows(left + ((nint)k * _left.ColumnStride), rows, depth, packedRows);
                ProductBlock<S> block = new()
                {
                    Rows = rows,
                    Columns = columns,
                    Depth = depth,
                    Right = right + ((nint)k * _panelWidth),
                    PanelWidth = _panelWidth,
                    Target = target,
                    Stride = _columns,
                    Accumulate = _accumulate || k > 0,
                };
                MatrixProductBlock.Multiply(new PackedRows<S>(packedRows, _tileRows, depth), block, (nint)_left.Columns * _panelWidth);
                k += depth;
            }
            while (k < _left.Columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        unsafe void PackRows(S* left, int rows, int depth, S* packedRows)
        {
            for (int row = 0; row < rows; row += _tileRows)
            {
                MatrixProductPanel.Pack(
                    left + ((nint)row * _left.RowStride), _left.ColumnStride, _left.RowStride,
                    depth, Math.Min(_tileRows, rows - row), packedRows + ((nint)row * depth), _tileRows);
            }
        }
    }

    /// <summary>Some products of a batch; enough in a chunk to be worth a thread.</summary>
    readonly struct BatchChunks<S>(MatrixView<S> a, MatrixView<S> b, Memory<int> offsets, int count, Memory<S> destination) : IChunk
        where S : unmanaged, IFloatingPoint<S>
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
            MatrixProduct.Multiply(a.From(offsets.Span[i]), b.From(offsets.Span[count + i]), destination.Slice(i * size, size));
        }
    }
}
