using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// The left operand of a convolution's product, read in place: element (row, step) of a group is
/// <c>Source[group · GroupStride + Rows[row] + Steps[step]]</c>.
/// </summary>
internal readonly record struct ConvolutionPatches<S>(
    ReadOnlyMemory<S> Source, int GroupStride, ConvolutionTable Rows, ConvolutionTable Steps)
    where S : unmanaged
{
    /// <summary>
    /// Computes pointers to rows of a group; those past the last repeat it, so that a tile at the edge reads valid memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public unsafe void PointToRows(S** pointers, int count, S* source, int group, int first, int rows)
    {
        ReadOnlySpan<int> offsets = Rows.Values.Slice(first, rows);
        S* start = source + ((nint)group * GroupStride);
        for (int i = 0; i < count; i++)
        {
            pointers[i] = start + offsets[Math.Min(i, rows - 1)];
        }
    }

    public void Return()
    {
        Rows.Return();
        Steps.Return();
    }
}

/// <summary>Stores finished blocks of the product. A row of a block contains the group's channels.</summary>
internal unsafe interface IConvolutionSink<S>
    where S : unmanaged
{
    void Store(S* block, int stride, int group, int split, int firstRow, int rows);
}

/// <summary>
/// Blocks of patches · columns, in a grid of groups, depth splits and row blocks that depends on the shapes alone. Patches are read in
/// place; a block is in a small buffer until the sink stores it in the layout of the images or weights.
/// </summary>
internal readonly struct ConvolutionProduct<S, TSink> : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where TSink : struct, IConvolutionSink<S>
{
    const int BlockElements = 1 << 14;
    const int TargetChunks = 16;
    const int MaxBlockTiles = 32;
    const int LeastSplit = 1024;

    /// <summary>The spare line between rows of a block: channels are often a power of two, and a column would use few cache sets.</summary>
    const int CacheLine = 64;

    readonly ConvolutionPatches<S> _patches;
    readonly ConvolutionColumns<S> _columns;
    readonly TSink _sink;
    readonly int _groups;
    readonly int _splits;
    readonly int _blockRows;
    readonly int _width;
    readonly int _stride;

    public ConvolutionProduct(ConvolutionPatches<S> patches, ConvolutionColumns<S> columns, int groups, int splits, TSink sink)
    {
        _patches = patches;
        _columns = columns;
        _groups = groups;
        _splits = splits;
        _sink = sink;
        _width = MatrixProductBlock.WholeRegisters<S>(columns.Columns);
        _stride = _width + (CacheLine / Unsafe.SizeOf<S>());
        _blockRows = BlockRows((long)patches.Rows.Count * groups * splits, columns);
    }

    public static void Run(ConvolutionPatches<S> patches, ConvolutionColumns<S> columns, int groups, int splits, TSink sink)
    {
        ConvolutionProduct<S, TSink> product = new(patches, columns, groups, splits, sink);
        ParallelFor.Run(groups * splits * product.RowBlocks, product);
    }

    /// <summary>
    /// Returns the parts into which the depth is split, so that few rows of great depth give blocks for many threads, and each block reads
    /// only its part of the columns.
    /// </summary>
    public static int Splits(ConvolutionPatches<S> patches, ConvolutionColumns<S> columns, int groups)
    {
        long blocks = groups * (((long)patches.Rows.Count * columns.Columns / BlockElements) + 1);
        long most = (TargetChunks + blocks - 1) / blocks;
        return (int)Math.Clamp(columns.Depth / LeastSplit, 1, most);
    }

    int RowBlocks => (_patches.Rows.Count + _blockRows - 1) / _blockRows;

    /// <summary>Returns whole tiles: as many as fit the block's buffer, but few enough that there are blocks for many threads.</summary>
    static int BlockRows(long allRows, ConvolutionColumns<S> columns)
    {
        int tile = MatrixProductBlock.TileRows<S>(columns.PanelWidth);
        long tiles = Math.Min(BlockElements / columns.Columns, allRows / TargetChunks) / tile;
        return (int)Math.Clamp(tiles, 2, MaxBlockTiles) * tile;
    }

    public unsafe void Run(int index)
    {
        (int rest, int rowBlock) = Math.DivRem(index, RowBlocks);
        (int group, int split) = Math.DivRem(rest, _splits);
        int first = rowBlock * _blockRows;
        int rows = Math.Min(_blockRows, _patches.Rows.Count - first);
        Memory<S> block = BufferPool<S>.Rent((long)_blockRows * _stride);
        fixed (S* source = _patches.Source.Span, columns = _columns.Data.Span, target = block.Span)
        {
            S** pointers = stackalloc S*[_blockRows];
            _patches.PointToRows(pointers, _blockRows, source, group, first, rows);
            Multiply(pointers, rows, columns + ((nint)group * _columns.GroupStride), split, target);
            _sink.Store(target, _stride, group, split, first, rows);
        }

        BufferPool<S>.Return(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Multiply(S** rows, int rowCount, S* columns, int split, S* target)
    {
        int perSplit = (_columns.Depth + _splits - 1) / _splits;
        int begin = Math.Min(split * perSplit, _columns.Depth);
        int end = Math.Min(begin + perSplit, _columns.Depth);
        fixed (int* steps = _patches.Steps.Values)
        {
            int k = begin;
            do
            {
                int depth = Math.Min(MatrixProductBlock.DepthSlice, end - k);
                ProductBlock<S> block = new()
                {
                    Rows = rowCount,
                    Columns = _width,
                    Depth = depth,
                    Right = columns + ((nint)k * _columns.PanelWidth),
                    PanelWidth = _columns.PanelWidth,
                    TileRows = MatrixProductBlock.TileRows<S>(_columns.PanelWidth),
                    Target = target,
                    Stride = _stride,
                    Accumulate = k > begin,
                };
                MatrixProductBlock.Multiply(new GatheredRows<S>(rows, steps + k), block, _columns.PanelStride);
                k += depth;
            }
            while (k < end);
        }
    }
}
