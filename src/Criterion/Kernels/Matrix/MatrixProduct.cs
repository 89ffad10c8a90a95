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
/// Matrix product: the right operand is packed once into panels as wide as a tile, the left one block by block. Threads share the blocks
/// of the destination.
/// </summary>
internal static class MatrixProduct
{
    /// <summary>Products with fewer multiply-adds run on the caller's thread: waking another takes about as long.</summary>
    const long SmallProduct = 1 << 18;

    /// <summary>Computes <paramref name="destination"/> (row-major) = a · b, or += with <paramref name="accumulate"/>.</summary>
    public static void Multiply<S>(MatrixView<S> a, MatrixView<S> b, Memory<S> destination, bool accumulate = false)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
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
    /// Multiplies one row as the transpose of a column: the large operand is then on the left, where it is packed a block at a time.
    /// If its rows are contiguous it needs no packing.
    /// </summary>
    static void MultiplyRow<S>(MatrixView<S> row, MatrixView<S> matrix, Memory<S> destination, bool accumulate)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int done = matrix.ColumnStride == 1 ? MatrixProductRow<S>.Multiply(row, matrix, destination, accumulate) : 0;
        if (done < matrix.Columns)
        {
            MatrixView<S> rest = matrix.From(matrix.Rows == 0 ? 0 : done * matrix.ColumnStride) with { Columns = matrix.Columns - done };
            MultiplyPacked(rest.Transposed, row.Transposed, destination[done..], accumulate);
        }
    }

    static void MultiplyPacked<S>(MatrixView<S> a, MatrixView<S> b, Memory<S> destination, bool accumulate)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        (int whole, int last) = Panels<S>(b.Columns);
        Memory<S> packed = BufferPool<S>.Rent(BufferSize.Of((long)whole + last, b.Rows));
        PackRight(b, packed);
        ProductChunks<S> chunks = new(a, b.Columns, packed, destination, accumulate);
        if (Work(a, b) < SmallProduct)
        {
            ParallelFor.RunHere(chunks.Count, chunks);
        }
        else
        {
            ParallelFor.Run(chunks.Count, chunks);
        }

        BufferPool<S>.Return(packed);
    }

    /// <summary>
    /// Returns the columns in panels of the full width, and the width of the panel for the remaining ones: a narrower register may fit
    /// them, with fewer empty lanes.
    /// </summary>
    static (int Whole, int Last) Panels<S>(int columns)
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

    static void PackRight<S>(MatrixView<S> b, Memory<S> packed)
        where S : unmanaged
    {
        PackChunks<S> chunks = new(b, packed);
        ParallelFor.Run(chunks.Count, chunks);
    }

    /// <summary>Packs a few rows of the right operand into all panels: whole rows are read, page after page.</summary>
    readonly struct PackChunks<S>(MatrixView<S> right, Memory<S> packed) : IChunk
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
                int width = MatrixProductBlock.PanelWidth<S>(right.Columns);
                for (int column = 0; column < right.Columns; column += width)
                {
                    width = MatrixProductBlock.PanelWidth<S>(right.Columns - column);
                    MatrixProductPanel.Pack(
                        source + ((nint)row * right.RowStride) + ((nint)column * right.ColumnStride), right.RowStride, right.ColumnStride,
                        rows, Math.Min(width, right.Columns - column), target + ((nint)column * right.Rows) + (row * width), width);
                }
            }
        }
    }

    /// <summary>Blocks of the destination, in a grid that depends on the shapes alone.</summary>
    readonly struct ProductChunks<S> : IChunk
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        const int TargetChunks = 24;
        const int MaxRows = 96;
        const int MaxColumns = 1024;

        /// <summary>The number of panels up to which packing the left operand costs more than it saves.</summary>
        const int FewPanels = 2;

        /// <summary>Rows whose distance is a multiple of this evict each other from the nearest cache.</summary>
        const int CacheWayBytes = 4096;

        readonly MatrixView<S> _left;
        readonly Memory<S> _right;
        readonly Memory<S> _destination;
        readonly int _columns;
        readonly int _panelWidth;
        readonly int _tileRows;
        readonly int _blockRows;
        readonly int _blockColumns;
        readonly bool _accumulate;
        readonly bool _packsRows;

        public ProductChunks(MatrixView<S> left, int columns, Memory<S> right, Memory<S> destination, bool accumulate)
        {
            _left = left;
            _right = right;
            _destination = destination;
            _columns = columns;
            _panelWidth = MatrixProductBlock.PanelWidth<S>(columns);
            _tileRows = MatrixProductBlock.TileRows<S>(_panelWidth);
            _accumulate = accumulate;
            _blockColumns = Math.Min(MaxColumns, RoundUp(columns, _panelWidth));
            int rowsForAll = (int)((long)left.Rows * ColumnBlocks / TargetChunks);
            _blockRows = Math.Clamp(RoundUp(rowsForAll, _tileRows), 2 * _tileRows, MaxRows);
            _packsRows = left.ColumnStride != 1
                || columns > FewPanels * _panelWidth
                || (nint)left.RowStride * Unsafe.SizeOf<S>() % CacheWayBytes == 0;
        }

        public int Count => RowBlocks * ColumnBlocks;

        int RowBlocks => (_left.Rows + _blockRows - 1) / _blockRows;

        int ColumnBlocks => (_columns + _blockColumns - 1) / _blockColumns;

        public unsafe void Run(int index)
        {
            (int columnBlock, int rowBlock) = Math.DivRem(index, RowBlocks);
            int row = rowBlock * _blockRows;
            int column = columnBlock * _blockColumns;
            int rows = Math.Min(_blockRows, _left.Rows - row);
            Memory<S> packed = _packsRows ? BufferPool<S>.Rent(_blockRows * MatrixProductBlock.DepthSlice) : default;
            fixed (S* left = _left.Data.Span, right = _right.Span, target = _destination.Span, packedRows = packed.Span)
            {
                S** pointers = stackalloc S*[_blockRows];
                for (int i = 0; i < _blockRows; i++)
                {
                    pointers[i] = left + ((nint)(row + Math.Min(i, rows - 1)) * _left.RowStride);
                }

                Multiply(
                    pointers, rows, right + ((nint)column * _left.Columns), Math.Min(_blockColumns, _columns - column),
                    target + ((nint)row * _columns) + column, packedRows);
            }

            if (_packsRows)
            {
                BufferPool<S>.Return(packed);
            }
        }

        /// <summary>Computes one block of the destination, a slice of the depth at a time.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        unsafe void Multiply(S** rows, int count, S* right, int columns, S* target, S* packedRows)
        {
            int k = 0;
            do
            {
                int depth = Math.Min(MatrixProductBlock.DepthSlice, _left.Columns - k);
                ProductBlock<S> block = new()
                {
                    Rows = count,
                    Columns = columns,
                    Depth = depth,
                    Right = right,
                    PanelWidth = _panelWidth,
                    TileRows = _tileRows,
                    Target = target,
                    Stride = _columns,
                    Accumulate = _accumulate || k > 0,
                };
                if (_packsRows)
                {
                    PackRows(rows[0] + ((nint)k * _left.ColumnStride), count, depth, packedRows);
                    Multiply(new PackedRows<S>(packedRows, _tileRows, depth), block, k);
                }
                else
                {
                    Multiply(new PointedRows<S>(rows, k), block, k);
                }

                k += depth;
            }
            while (k < _left.Columns);
        }

        /// <summary>
        /// Multiplies by the panels of full width, then by the one for the remaining columns; each from step <paramref name="k"/> on.
        /// </summary>
        unsafe void Multiply<TLeft>(TLeft left, in ProductBlock<S> block, int k)
            where TLeft : unmanaged, ITileOperands<S, TLeft>
        {
            (int whole, int last) = Panels<S>(block.Columns);
            MatrixProductBlock.Multiply(
                left, block with { Columns = whole, Right = block.Right + ((nint)k * _panelWidth) }, (nint)_left.Columns * _panelWidth);
            if (last > 0)
            {
                S* right = block.Right + ((nint)whole * _left.Columns) + ((nint)k * last);
                MatrixProductBlock.Multiply(
                    left,
                    block with { Columns = block.Columns - whole, Right = right, PanelWidth = last, Target = block.Target + whole },
                    panelStride: 0);
            }
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
            MatrixProduct.Multiply(a.From(offsets.Span[i]), b.From(offsets.Span[count + i]), destination.Slice(i * size, size));
        }
    }
}
