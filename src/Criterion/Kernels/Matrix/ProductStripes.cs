using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// A matrix product of few rows. Threads take stripes of columns, and read each element of the right operand once: a panel is packed into
/// the nearest cache for a few tiles of rows, and read in place for one tile.
/// </summary>
internal readonly struct ProductStripes<S> : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>The rows up to which one pass over the right operand costs more than what its packed form would save.</summary>
    public const int MostRows = 48;

    /// <summary>A narrower right operand is soon packed, and packing the left one would not be worth it.</summary>
    public const int LeastColumns = 128;

    /// <summary>
    /// The steps of the depth for which the right operand is read in place, for all panels of a stripe: its rows are then read along.
    /// </summary>
    const int StepsInPlace = 64;

    const int StripesPerThread = 4;

    readonly MatrixView<S> _left;
    readonly MatrixView<S> _right;
    readonly Memory<S> _packedLeft;
    readonly Memory<S> _destination;
    readonly int _panelWidth;
    readonly int _tileRows;
    readonly int _stripes;
    readonly bool _accumulate;

    ProductStripes(MatrixView<S> left, MatrixView<S> right, Memory<S> packedLeft, Memory<S> destination, bool accumulate, int threads)
    {
        _left = left;
        _right = right;
        _packedLeft = packedLeft;
        _destination = destination;
        _accumulate = accumulate;
        _panelWidth = MatrixProductBlock.PanelWidth<S>(right.Columns);
        _tileRows = MatrixProductBlock.TileRows<S>(_panelWidth);
        _stripes = threads == 1 ? 1 : Math.Min(Panels, StripesPerThread * threads);
    }

    int Panels => (_right.Columns + _panelWidth - 1) / _panelWidth;

    bool IsInPlace => _right.ColumnStride == 1 && _left.Rows <= _tileRows;

    int SliceSteps => IsInPlace ? StepsInPlace : MatrixProductBlock.DepthSlice;

    int Slices => (_left.Columns + SliceSteps - 1) / SliceSteps;

    int PaddedRows => MatrixProduct.RoundUp(_left.Rows, _tileRows);

    /// <summary>Computes destination = left · right, or += with <paramref name="accumulate"/>.</summary>
    public static void Multiply(MatrixView<S> left, MatrixView<S> right, Memory<S> destination, bool accumulate, int threads)
    {
        int paddedRows = MatrixProduct.RoundUp(left.Rows, MatrixProductBlock.MaxTileRows);
        Memory<S> packed = BufferPool<S>.Rent(BufferSize.Of(paddedRows, left.Columns));
        ProductStripes<S> product = new(left, right, packed, destination, accumulate, threads);
        if (threads == 1)
        {
            ParallelFor.RunHere(product.Slices + product._stripes, product);
        }
        else
        {
            ParallelFor.Run(product.Slices, product._stripes, product);
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
            Multiply(index - Slices);
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

    unsafe void Multiply(int stripe)
    {
        Memory<S> panel = BufferPool<S>.Rent(SliceSteps * _panelWidth);
        fixed (S* left = _packedLeft.Span, right = _right.Data.Span, target = _destination.Span, packed = panel.Span)
        {
            int k = 0;
            do
            {
                Multiply(left + ((nint)k * PaddedRows), right, target, packed, k, ColumnOf(stripe), ColumnOf(stripe + 1));
                k += SliceSteps;
            }
            while (k < _left.Columns);
        }

        BufferPool<S>.Return(panel);
    }

    /// <summary>Multiplies a slice of the depth, from step <paramref name="k"/> on, panel by panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Multiply(S* left, S* right, S* target, S* packed, int k, int first, int end)
    {
        int depth = Math.Min(SliceSteps, _left.Columns - k);
        PackedRows<S> rows = new(left, _tileRows, depth);
        int width;
        for (int column = first; column < end; column += width)
        {
            width = MatrixProductBlock.PanelWidth<S>(end - column);
            int columns = Math.Min(width, end - column);
            S* source = right + ((nint)k * _right.RowStride) + ((nint)column * _right.ColumnStride);
            bool inPlace = IsInPlace && columns == width;
            if (!inPlace)
            {
                MatrixProductPanel.Pack(source, _right.RowStride, _right.ColumnStride, depth, columns, packed, width);
            }

            ProductBlock<S> block = new()
            {
                Rows = _left.Rows,
                Columns = columns,
                Depth = depth,
                Right = inPlace ? source : packed,
                PanelWidth = width,
                StrideInPlace = inPlace ? _right.RowStride : 0,
                TileRows = _tileRows,
                Target = target + column,
                Stride = _right.Columns,
                Accumulate = _accumulate || k > 0,
            };
            MatrixProductBlock.Multiply(rows, block, panelStride: 0);
        }
    }
}
