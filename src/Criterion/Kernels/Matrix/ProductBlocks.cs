using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// A matrix product of many rows. First all threads pack the right operand, unless it is small; then they take blocks of the destination,
/// and pack the rows of the left operand for each.
/// </summary>
internal readonly struct ProductBlocks<S> : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    const int MaxRows = 96;

    /// <summary>A lower block reads the right operand too often for its products.</summary>
    const int LeastRows = 32;

    /// <summary>The rows of the lowest tile that multiplies at full speed: blocks are cut there, so that all are about as high.</summary>
    const int RowUnit = 4;

    /// <summary>The rows of the right operand that are turned at once where it is transposed.</summary>
    const int PackUnit = 16;

    /// <summary>A thread that begins late leaves half of its blocks to others.</summary>
    const int BlocksPerThread = 2;

    /// <summary>The number of panels up to which packing the left operand costs more than it saves.</summary>
    const int FewPanels = 2;

    /// <summary>The bytes of a right operand that caches keep for all rows, packed or not.</summary>
    const int MostBytesInPlace = 1 << 20;

    /// <summary>The same for so few rows that they read it only once or twice.</summary>
    const int MostBytesForFewRows = 8 << 20;

    /// <summary>Rows whose distance is a multiple of this evict each other from the nearest cache.</summary>
    const int CacheWayBytes = 4096;

    readonly MatrixView<S> _left;
    readonly MatrixView<S> _right;
    readonly Memory<S> _packed;
    readonly Memory<S> _destination;
    readonly int _panelWidth;
    readonly int _tileRows;
    readonly int _packRows;
    readonly int _rowBlocks;
    readonly int _columnBlocks;
    readonly bool _accumulate;
    readonly bool _packsLeft;
    readonly bool _isInPlace;
    readonly long _resultElements;

    ProductBlocks(
        MatrixView<S> left, MatrixView<S> right, Memory<S> packed, Memory<S> destination, long resultElements, bool accumulate, int threads)
    {
        _left = left;
        _right = right;
        _packed = packed;
        _destination = destination;
        _resultElements = resultElements;
        _accumulate = accumulate;
        _panelWidth = MatrixProductBlock.PanelWidth<S>(right.Columns);
        _tileRows = MatrixProductBlock.TileRows<S>(_panelWidth);
        _packsLeft = PacksLeft(left, right.Columns);
        _isInPlace = IsInPlace(left, right);
        _packRows = Math.Max(PackUnit, MatrixProduct.RoundUp(right.Rows / (2 * BlocksPerThread * threads), PackUnit));
        (_rowBlocks, _columnBlocks) = Grid(left.Rows, (right.Columns + _panelWidth - 1) / _panelWidth, threads);
    }

    int PackCount => PackedColumns == 0 ? 0 : (_right.Rows + _packRows - 1) / _packRows;

    /// <summary>The columns in panels of the full width where these are read in place, and none otherwise.</summary>
    int ColumnsInPlace => _isInPlace ? _right.Columns / _panelWidth * _panelWidth : 0;

    int PackedColumns => _right.Columns - ColumnsInPlace;

    int BlockCount => _rowBlocks * _columnBlocks;

    /// <summary>Computes destination = left · right, or += with <paramref name="accumulate"/>.</summary>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="destination">The product, row-major.</param>
    /// <param name="resultElements">The elements of all products of the batch.</param>
    /// <param name="accumulate">Whether the product is added to the destination.</param>
    /// <param name="threads">The threads that may share the work.</param>
    public static void Multiply(
        MatrixView<S> left, MatrixView<S> right, Memory<S> destination, long resultElements, bool accumulate, int threads)
    {
        (int whole, int last) = MatrixProduct.Panels<S>(right.Columns);
        Memory<S> packed = BufferPool<S>.Rent(BufferSize.Of((long)(IsInPlace(left, right) ? 0 : whole) + last, right.Rows));
        ProductBlocks<S> product = new(left, right, packed, destination, resultElements, accumulate, threads);
        if (threads == 1)
        {
            ParallelFor.RunHere(product.PackCount + product.BlockCount, product);
        }
        else
        {
            ParallelFor.Run(product.PackCount + product.BlockCount, product, before: product.PackCount);
        }

        BufferPool<S>.Return(packed);
    }

    /// <summary>Whether the left operand is packed for a product with so many columns.</summary>
    public static bool PacksLeft(MatrixView<S> left, int columns) =>
        left.ColumnStride != 1
        || columns > FewPanels * MatrixProductBlock.PanelWidth<S>(columns)
        || (nint)left.RowStride * Unsafe.SizeOf<S>() % CacheWayBytes == 0;

    /// <summary>
    /// Whether panels of the full width are read where they are, not packed. What one core packs, another has to fetch, which takes
    /// longer than the products of a small operand.
    /// </summary>
    public static bool IsInPlace(MatrixView<S> left, MatrixView<S> right)
    {
        int most = left.Rows <= ProductStripes<S>.MostRows ? MostBytesForFewRows : MostBytesInPlace;
        return right.ColumnStride == 1 && right.RowStride > 0 && (long)right.RowStride * right.Rows * Unsafe.SizeOf<S>() <= most;
    }

    /// <summary>Cuts the destination into blocks of about the same size, as many for each thread.</summary>
    internal static (int RowBlocks, int ColumnBlocks) Grid(int rows, int panels, int threads)
    {
        int rowBlocks = (rows + MaxRows - 1) / MaxRows;
        if (threads == 1)
        {
            return (rowBlocks, 1);
        }

        int least = BlocksPerThread * threads;
        rowBlocks = Math.Min(MatrixProduct.RoundUp(Math.Max(rowBlocks, least), threads), Math.Max(1, rows / LeastRows));
        return (rowBlocks, Math.Clamp((least + rowBlocks - 1) / rowBlocks, 1, panels));
    }

    public void Run(int index)
    {
        if (index < PackCount)
        {
            Pack(index * _packRows);
        }
        else
        {
            (int rowBlock, int columnBlock) = Math.DivRem(index - PackCount, _columnBlocks);
            Multiply(rowBlock, columnBlock);
        }
    }

    /// <summary>Packs a part of the rows of the right operand into all panels.</summary>
    unsafe void Pack(int row)
    {
        int end = Math.Min(_right.Rows, row + _packRows);
        fixed (S* source = _right.Data.Span, target = _packed.Span)
        {
            MatrixProductPanel.PackPanels(
                source + ((nint)ColumnsInPlace * _right.ColumnStride), _right.RowStride, _right.ColumnStride, row, end, PackedColumns,
                target, _right.Rows);
        }
    }

    int RowOf(int block) => Math.Min(_left.Rows, Part((_left.Rows + RowUnit - 1) / RowUnit, block, _rowBlocks) * RowUnit);

    int ColumnOf(int block) => Math.Min(
        _right.Columns, Part((_right.Columns + _panelWidth - 1) / _panelWidth, block, _columnBlocks) * _panelWidth);

    static int Part(int units, int part, int parts) => (int)((long)units * part / parts);

    unsafe void Multiply(int rowBlock, int columnBlock)
    {
        int row = RowOf(rowBlock);
        int rows = RowOf(rowBlock + 1) - row;
        int column = ColumnOf(columnBlock);
        int paddedRows = MatrixProduct.RoundUp(rows, _tileRows);
        Memory<S> packed = _packsLeft ? BufferPool<S>.Rent(paddedRows * MatrixProductBlock.DepthSlice) : default;
        fixed (S* left = _left.Data.Span, right = _right.Data.Span, panels = _packed.Span)
        fixed (S* target = _destination.Span, packedRows = packed.Span)
        {
            S** pointers = stackalloc S*[paddedRows];
            for (int i = 0; i < paddedRows; i++)
            {
                pointers[i] = left + ((nint)(row + Math.Min(i, rows - 1)) * _left.RowStride);
            }

            int columns = ColumnOf(columnBlock + 1) - column;
            int inPlace = _isInPlace ? columns / _panelWidth * _panelWidth : 0;
            ProductBlock<S> block = new()
            {
                Rows = rows,
                Columns = inPlace,
                Depth = _left.Columns,
                Right = right + column,
                PanelWidth = _panelWidth,
                StrideInPlace = _right.RowStride,
                TileRows = _tileRows,
                Target = target + ((nint)row * _right.Columns) + column,
                Stride = _right.Columns,
                Accumulate = _accumulate,
            };
            ProductBlock<S> packedBlock = block with
            {
                Columns = columns - inPlace,
                Right = panels + ((nint)(column + inPlace - ColumnsInPlace) * _left.Columns),
                StrideInPlace = 0,
                Target = block.Target + inPlace,
            };
            Multiply(pointers, packedRows, block, packedBlock);
        }

        if (_packsLeft)
        {
            BufferPool<S>.Return(packed);
        }
    }

    /// <summary>Computes one block of the destination, a slice of the depth at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Multiply(S** rows, S* packedRows, ProductBlock<S> inPlace, ProductBlock<S> packed)
    {
        bool streams = Streams(inPlace.Target);
        int k = 0;
        do
        {
            int depth = Math.Min(MatrixProductBlock.DepthSlice, _left.Columns - k);
            bool accumulate = _accumulate || k > 0;
            inPlace = inPlace with { Depth = depth, Accumulate = accumulate, Streams = streams };
            packed = packed with { Depth = depth, Accumulate = accumulate, Streams = streams };
            if (_packsLeft)
            {
                MatrixProductPanel.PackRows(
                    _left, rows[0] + ((nint)k * _left.ColumnStride), packed.Rows, depth, packedRows, _tileRows);
                Multiply(new PackedRows<S>(packedRows, _tileRows, depth), inPlace, packed, k);
            }
            else
            {
                Multiply(new PointedRows<S>(rows, k), inPlace, packed, k);
            }

            inPlace = inPlace with { Right = inPlace.Right + ((nint)depth * _right.RowStride) };
            k += depth;
        }
        while (k < _left.Columns);
        if (streams)
        {
            Streaming.End();
        }
    }

    unsafe void Multiply<TLeft>(TLeft left, in ProductBlock<S> inPlace, in ProductBlock<S> packed, int k)
        where TLeft : unmanaged, ITileOperands<S, TLeft>
    {
        MatrixProductBlock.Multiply(left, inPlace, _panelWidth);
        MatrixProductBlock.MultiplyPanels(left, packed, _left.Columns, k);
    }

    /// <summary>Returns whether each element of the block is written once, to a result that no cache would keep.</summary>
    unsafe bool Streams(S* target) =>
        !_accumulate
        && _left.Columns <= MatrixProductBlock.DepthSlice
        && _right.Columns * sizeof(S) % WidestLane.Bytes == 0
        && Streaming.Suits(target, _resultElements, WidestLane.Bytes);
}
