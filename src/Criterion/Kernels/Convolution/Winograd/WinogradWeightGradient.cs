using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// The gradient of the weights in tiles of 2 × 2 outputs: for every pair of products, (transformed input)ᵀ · (transformed output gradient)
/// over all tiles. A block of rows is some input channels of some pairs of one kind; both operands are computed on demand.
/// </summary>
internal readonly struct WinogradWeightGradient<S> : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    const int MaxBlockRows = 192;
    const int CacheElements = 200 << 10;
    const int LeastSlice = 64;
    const int MaxSplits = 8;
    const int SplitElements = 1 << 22;
    const int ChannelsPerChunk = 8;

    /// <summary>
    /// The output gradients of a tile in each kind along one axis: the columns of the table in <see cref="WinogradAxis"/>.
    /// </summary>
    static readonly WinogradPoint[] Kinds = [new(0, 0, 0, 0, []), new(1, 0, 1, 1, []), new(2, 0, 1, -1, []), new(3, 1, 1, 0, [])];

    readonly WinogradPlan _plan;
    readonly ChannelsLast<S> _input;
    readonly ChannelsLast<S> _gradient;
    readonly Memory<S> _products;
    readonly WinogradGrid _grid;
    readonly int _panelWidth;
    readonly int _sliceTiles;
    readonly int _splitTiles;
    readonly int _kindsPerChunk;

    WinogradWeightGradient(WinogradPlan plan, ChannelsLast<S> input, ChannelsLast<S> gradient, int images, int splits, Memory<S> products)
    {
        _plan = plan;
        _input = input;
        _gradient = gradient;
        _products = products;
        _grid = new(images, gradient.Height / 2, gradient.Width / 2);
        _panelWidth = MatrixProductBlock.PanelWidth<S>(gradient.Channels);
        _sliceTiles = SliceTiles(plan, input.Channels, gradient.Channels);
        _splitTiles = (_grid.Tiles + splits - 1) / splits;
        _kindsPerChunk = splits == MaxSplits ? WinogradPlan.Kinds : splits > 1 ? WinogradAxis.Kinds : 1;
    }

    /// <summary>Computes the gradient [out channel, in channel, tap] of the weights.</summary>
    public static void Run(
        WinogradPlan plan, ChannelsLast<S> input, ChannelsLast<S> gradient, int images, int inChannels, int outChannels, Memory<S> weights)
    {
        long all = BufferSize.Of(plan.Pairs.Length, input.Channels, gradient.Channels);
        int size = (int)Math.Min(all, int.MaxValue);
        int splits = Splits(images * (gradient.Height / 2) * (gradient.Width / 2), size);
        Memory<S> products = BufferPool<S>.Rent(BufferSize.Of(splits, all));
        WinogradWeightGradient<S> gradients = new(plan, input, gradient, images, splits, products);
        ParallelFor.Run(splits * WinogradPlan.Kinds / gradients._kindsPerChunk, gradients);
        WeightChunks taps = new(plan, products, splits, inChannels, outChannels, weights);
        ParallelFor.Run((inChannels + ChannelsPerChunk - 1) / ChannelsPerChunk, taps);
        BufferPool<S>.Return(products);
    }

    /// <summary>
    /// Returns the number of parts of the tiles, each with its own products, which are added in order. With many parts a chunk is a part,
    /// and reads its images once; with few it is some kinds of a part's products, so that there are chunks for many threads.
    /// </summary>
    static int Splits(int tiles, int products) =>
        Math.Clamp(Math.Min(tiles / MatrixProductBlock.DepthSlice, SplitElements / products), 1, MaxSplits);

    /// <summary>Returns the tiles whose images and transforms stay in the second-level cache for all kinds of a chunk.</summary>
    static int SliceTiles(WinogradPlan plan, int inChannels, int outChannels)
    {
        int elements = (4 * plan.Rows.Stride * plan.Columns.Stride * inChannels) + (5 * outChannels) + MaxBlockRows;
        return Math.Clamp(CacheElements / elements, LeastSlice, MatrixProductBlock.DepthSlice);
    }

    public unsafe void Run(int index)
    {
        (int split, int group) = Math.DivRem(index, WinogradPlan.Kinds / _kindsPerChunk);
        int columns = MatrixProduct.RoundUp(_gradient.Channels, _panelWidth);
        Memory<S> left = BufferPool<S>.Rent(((long)_sliceTiles * MaxBlockRows) + MatrixProductBlock.MaxTileRows);
        Memory<S> right = BufferPool<S>.Rent((long)_sliceTiles * columns);
        int begin = split * _splitTiles;
        int end = Math.Min(begin + _splitTiles, _grid.Tiles);
        for (int tile = begin; tile < end; tile += _sliceTiles)
        {
            for (int kind = group * _kindsPerChunk; kind < (group + 1) * _kindsPerChunk; kind++)
            {
                Multiply(kind, tile, Math.Min(_sliceTiles, end - tile), split, tile > begin, left, right);
            }
        }

        BufferPool<S>.Return(left);
        BufferPool<S>.Return(right);
    }

    /// <summary>Computes the products of one kind over a slice of tiles.</summary>
    unsafe void Multiply(int kind, int firstTile, int tiles, int split, bool accumulate, Memory<S> left, Memory<S> right)
    {
        (int begin, int end) = _plan.OfKind(kind);
        int last = end * _input.Channels;
        WinogradPair outputs = new(Kinds[kind / WinogradAxis.Kinds], Kinds[kind % WinogradAxis.Kinds]);
        fixed (S* v = left.Span, z = right.Span, products = _products.Span)
        {
            S* target = products + ((nint)split * _plan.Pairs.Length * _input.Channels * _gradient.Channels);
            if (begin < end)
            {
                GatherOutputs(firstTile, tiles, outputs, z);
            }

            for (int row = begin * _input.Channels; row < last; row += MaxBlockRows)
            {
                int rows = Math.Min(MaxBlockRows, last - row);
                GatherInputs(firstTile, tiles, row, rows, v);
                Multiply(v, rows, z, tiles, target + ((nint)row * _gradient.Channels), accumulate);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void GatherInputs(int firstTile, int tiles, int firstRow, int rows, S* target)
    {
        Size2 stride = new(_plan.Rows.Stride, _plan.Columns.Stride);
        fixed (S* input = _input.Data.Span)
        {
            for (int done = 0; done < tiles;)
            {
                WinogradTiles<S> line = WinogradTiles<S>.Of(input, _input, _grid, stride, firstTile + done, tiles - done);
                GatherInputs(line, firstRow, rows, target + ((nint)done * rows));
                done += line.Count;
            }
        }
    }

    /// <summary>Computes rows from <paramref name="first"/> on: the remaining channels of a pair, then those of the next pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void GatherInputs(WinogradTiles<S> line, int first, int rows, S* target)
    {
        (int pair, int channel) = Math.DivRem(first, _input.Channels);
        for (int done = 0; done < rows; pair++, channel = 0)
        {
            int count = Math.Min(rows - done, _input.Channels - channel);
            line.Transform(_plan.Pairs[pair], channel, count, target + done, rows);
            done += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void GatherOutputs(int firstTile, int tiles, in WinogradPair outputs, S* target)
    {
        fixed (S* gradient = _gradient.Data.Span)
        {
            for (int done = 0; done < tiles;)
            {
                WinogradTiles<S> line = WinogradTiles<S>.Of(gradient, _gradient, _grid, 1, firstTile + done, tiles - done);
                S* panel = target + ((nint)done * _panelWidth);
                for (int column = 0; column < _gradient.Channels; column += _panelWidth, panel += (nint)_sliceTiles * _panelWidth)
                {
                    line.Transform(outputs, column, Math.Min(_panelWidth, _gradient.Channels - column), panel, _panelWidth);
                }

                done += line.Count;
            }
        }
    }

    unsafe void Multiply(S* left, int rows, S* right, int tiles, S* target, bool accumulate)
    {
        ProductBlock<S> block = new()
        {
            Rows = rows,
            Columns = _gradient.Channels,
            Depth = tiles,
            Right = right,
            PanelWidth = _panelWidth,
            TileRows = MatrixProductBlock.TileRows<S>(_panelWidth),
            StepsAtOnce = Winograd.StepsAtOnce,
            Target = target,
            Stride = _gradient.Channels,
            Accumulate = accumulate,
        };
        MatrixProductBlock.Multiply(new PackedRows<S>(left, rows, 1), block, (nint)_sliceTiles * _panelWidth);
    }

    /// <summary>Sums the products of a few in channels to taps, and transposes them to the layout of the weights.</summary>
    readonly struct WeightChunks(WinogradPlan plan, Memory<S> products, int splits, int inChannels, int outChannels, Memory<S> weights)
        : IChunk
    {
        readonly int _width = ChannelsLast<S>.Padded(outChannels);
        readonly int _taps = plan.Rows.Taps * plan.Columns.Taps;

        public unsafe void Run(int index)
        {
            int first = index * ChannelsPerChunk;
            int channels = Math.Min(ChannelsPerChunk, inChannels - first);
            int lines = plan.Rows.Points.Length * plan.Columns.Taps;
            Memory<S> scratch = BufferPool<S>.Rent((((long)channels * _taps) + lines) * _width);
            fixed (S* source = products.Span, side = scratch.Span, target = weights.Span)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    S* product = source + ((nint)(first + channel) * _width);
                    AddSplits(product);
                    Sum(product, side + ((nint)channels * _taps * _width), side + ((nint)channel * _taps * _width));
                }

                MatrixTranspose.Run(side, _width, target + ((nint)first * _taps), inChannels * _taps, channels * _taps, outChannels);
            }

            BufferPool<S>.Return(scratch);
        }

        nint PairStride => (nint)ChannelsLast<S>.Padded(inChannels) * _width;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        unsafe void AddSplits(S* product)
        {
            nint splitStride = plan.Pairs.Length * PairStride;
            for (int pair = 0; pair < plan.Pairs.Length; pair++, product += PairStride)
            {
                for (int split = 1; split < splits; split++)
                {
                    WinogradTransform<S>.Add(product + (split * splitStride), _width, product);
                }
            }
        }

        /// <summary>Sums along the columns, then along the lines, all columns at once.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        unsafe void Sum(S* product, S* lines, S* taps)
        {
            int lineWidth = plan.Columns.Taps * _width;
            for (int y = 0; y < plan.Rows.Points.Length; y++)
            {
                for (int x = 0; x < plan.Columns.Taps; x++)
                {
                    S* tap = lines + ((nint)y * lineWidth) + ((nint)x * _width);
                    WinogradTransform<S>.Sum(product, PairStride, plan.ColumnGradient(y, x), _width, tap);
                }
            }

            for (int y = 0; y < plan.Rows.Taps; y++)
            {
                WinogradTransform<S>.Sum(lines, lineWidth, plan.Rows.Gradients[y], lineWidth, taps + ((nint)y * lineWidth));
            }
        }
    }
}
