using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// A matrix product of few rows, or of one matrix with each of many. Threads take stripes of columns, and read each element of the right
/// operand once: a panel is packed into the nearest cache for all tiles of rows, and read in place for one tile.
/// </summary>
internal readonly struct ProductStripes<S> : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>The rows up to which one pass over the right operand costs more than what its packed form would save.</summary>
    public const int MostRows = 192;

    /// <summary>A narrower right operand is soon packed, and packing the left one would not be worth it.</summary>
    public const int LeastColumns = 128;

    /// <summary>The bytes of a way of the second-level cache: lines whose distance is a multiple of it share a set.</summary>
    const int CacheWayBytes = 128 << 10;

    /// <summary>
    /// The elements of the panels that are packed at once: their source is read along its rows, and they stay in the cache.
    /// </summary>
    const int PackedElements = 1 << 15;

    const int StripesPerThread = 4;

    readonly MatrixView<S> _left;
    readonly MatrixView<S> _right;
    readonly Memory<S> _packedLeft;
    readonly Memory<S> _destination;
    readonly int _panelWidth;
    readonly int _tileRows;
    readonly int _stripes;
    readonly bool _accumulate;

    ProductStripes(
        MatrixView<S> left, MatrixView<S> right, int products, Memory<S> packedLeft, Memory<S> destination, bool accumulate, int threads)
    {
        _left = left;
        _right = right;
        _packedLeft = packedLeft;
        _destination = destination;
        _accumulate = accumulate;
        _panelWidth = MatrixProductBlock.PanelWidth<S>(right.Columns);
        _tileRows = MatrixProductBlock.TileRows<S>(_panelWidth);
        _stripes = threads == 1 ? 1 : Math.Min(Panels, ((StripesPerThread * threads) + products - 1) / products);
    }

    int Panels => (_right.Columns + _panelWidth - 1) / _panelWidth;

    /// <summary>
    /// Whether the right operand is read in place: where it is read once, or where the rows of a slice fit the second-level cache without
    /// evicting each other.
    /// </summary>
    bool IsInPlace => _right.ColumnStride == 1
        && (_left.Rows <= _tileRows || (long)_right.RowStride * Math.Min(SliceSteps, _left.Columns) * Unsafe.SizeOf<S>() <= CacheWayBytes);

    /// <summary>The steps that are summed before they are added to the destination: as in <see cref="ProductBlocks{S}"/>.</summary>
    static int SliceSteps => MatrixProductBlock.DepthSlice;

    int Slices => (_left.Columns + SliceSteps - 1) / SliceSteps;

    int PaddedRows => MatrixProduct.RoundUp(_left.Rows, _tileRows);

    /// <summary>Computes destination = left · right, or += with <paramref name="accumulate"/>.</summary>
    public static void Multiply(MatrixView<S> left, MatrixView<S> right, Memory<S> destination, bool accumulate, int threads) =>
        Multiply(left, right, 1, destination, accumulate, threads);

    /// <summary>Multiplies a matrix by each of several, which follow each other, as do the products in the destination.</summary>
    public static void MultiplyEach(MatrixView<S> left, MatrixView<S> firstRight, int count, Memory<S> destination) =>
        Multiply(left, firstRight, count, destination, accumulate: false, ParallelFor.ThreadsHere);

    static void Multiply(
        MatrixView<S> left, MatrixView<S> right, int products, Memory<S> destination, bool accumulate, int threads)
    {
        int paddedRows = MatrixProduct.RoundUp(left.Rows, MatrixProductBlock.MaxTileRows);
        Memory<S> packed = BufferPool<S>.Rent(BufferSize.Of(paddedRows, left.Columns));
        ProductStripes<S> product = new(left, right, products, packed, destination, accumulate, threads);
        if (threads == 1)
        {
            ParallelFor.RunHere(product.Slices + (products * product._stripes), product);
        }
        else
        {
            ParallelFor.Run(product.Slices + (products * product._stripes), product, before: product.Slices);
        }

        BufferPool<S>.Return(packed);
    }

    public void Run(int index)
    {
        if (index < Slices)
        {
            PackLeft(index * SliceSteps);
        }
        else
        {
            (int product, int stripe) = Math.DivRem(index - Slices, _stripes);
            Multiply(product, stripe);
        }
    }

    unsafe void PackLeft(int k)
    {
        int depth = Math.Min(SliceSteps, _left.Columns - k);
        fixed (S* left = _left.Data.Span, packed = _packedLeft.Span)
        {
            MatrixProductPanel.PackRows(
                _left, left + ((nint)k * _left.ColumnStride), _left.Rows, depth, packed + ((nint)k * PaddedRows), _tileRows);
        }
    }

    int ColumnOf(int stripe) => (int)Math.Min(_right.Columns, (long)Panels * stripe / _stripes * _panelWidth);

    unsafe void Multiply(int product, int stripe)
    {
        Memory<S> panel = BufferPool<S>.Rent(Math.Max(PackedElements, SliceSteps * _panelWidth));
        fixed (S* left = _packedLeft.Span, right = _right.Data.Span, target = _destination.Span, packed = panel.Span)
        {
            int k = 0;
            do
            {
                Multiply(
                    left + ((nint)k * PaddedRows), right + (product * (nint)_right.Rows * _right.Columns),
                    target + (product * (nint)_left.Rows * _right.Columns), packed, k, ColumnOf(stripe), ColumnOf(stripe + 1));
                k += SliceSteps;
            }
            while (k < _left.Columns);
        }

        BufferPool<S>.Return(panel);
    }

    /// <summary>Multiplies a slice of the depth, from step <paramref name="k"/> on, some panels at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Multiply(S* left, S* right, S* target, S* packed, int k, int first, int end)
    {
        int depth = Math.Min(SliceSteps, _left.Columns - k);
        S* slice = right + ((nint)k * _right.RowStride);
        int packedColumns = Math.Max(1, PackedElements / Math.Max(1, depth * _panelWidth)) * _panelWidth;
        for (int column = first; column < end; column += packedColumns)
        {
            int columns = Math.Min(packedColumns, end - column);
            int inPlace = IsInPlace ? columns / _panelWidth * _panelWidth : 0;
            ProductBlock<S> block = new()
            {
                Rows = _left.Rows,
                Columns = inPlace,
                Depth = depth,
                Right = slice + column,
                PanelWidth = _panelWidth,
                StrideInPlace = _right.RowStride,
                TileRows = _tileRows,
                Target = target + column,
                Stride = _right.Columns,
                Accumulate = _accumulate || k > 0,
            };
            PackedRows<S> rows = new(left, _tileRows, depth);
            MatrixProductBlock.Multiply(rows, block, _panelWidth);
            S* rest = slice + ((nint)(column + inPlace) * _right.ColumnStride);
            MatrixProductPanel.PackPanels(rest, _right.RowStride, _right.ColumnStride, 0, depth, columns - inPlace, packed, depth);
            ProductBlock<S> packedBlock = block with
            {
                Columns = columns - inPlace,
                Right = packed,
                StrideInPlace = 0,
                Target = block.Target + inPlace,
            };
            MatrixProductBlock.MultiplyPanels(rows, packedBlock, depth, k: 0);
        }
    }
}
