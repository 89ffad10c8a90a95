using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// A convolution of stride 1 or more to every <c>Step</c>-th position of the target's lines from <paramref name="FirstPosition"/> on. Its
/// first window begins at element <paramref name="Origin"/> of the source. A transposed convolution has one for each phase of its stride.
/// </summary>
internal readonly record struct WinogradPhase<S>(
    WinogradPlan Plan, ConvolutionColumns<S> Weights, int Origin, int FirstPosition, bool HasUnevenWeights)
    where S : unmanaged;

/// <summary>
/// Outputs in tiles of 2 × 2: a block of tiles is transformed, multiplied by the packed weights one kind of product at a time, and
/// transformed to outputs, all within the caches.
/// </summary>
internal readonly struct WinogradProduct<S> : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    const int BlockElements = 64 << 10;
    const int TargetChunks = 16;
    const int MaxBlockTiles = 6;
    const int MaxColumnBlocks = 4;

    readonly WinogradPhase<S>[] _phases;
    readonly ChannelsLast<S> _source;
    readonly ConvolutionTarget<S> _target;
    readonly WinogradGrid _grid;
    readonly int _blockTiles;
    readonly int _columnBlocks;
    readonly int _blockPanels;
    readonly int _rowStride;

    /// <summary>Creates the product of all phases along the lines of the target, which alternate in its positions.</summary>
    public WinogradProduct(WinogradPhase<S>[] phases, ChannelsLast<S> source, ConvolutionTarget<S> target)
    {
        _phases = phases;
        _source = source;
        _target = target;
        int tileWidth = 2 * phases.Length;
        _grid = new(target.Grid.Images, (target.Grid.Lines + 1) / 2, (target.Grid.Positions + tileWidth - 1) / tileWidth);
        int depth = 0;
        foreach (WinogradPhase<S> phase in phases)
        {
            depth = Math.Max(depth, phase.Weights.Depth);
        }

        _rowStride = depth + Spare;
        int height = MatrixProductBlock.TileRows<S>(PanelWidth);
        _blockTiles = Math.Clamp(Math.Min(BlockElements / depth, _grid.Tiles / TargetChunks) / height, 2, MaxBlockTiles) * height;
        _columnBlocks = Math.Clamp(TargetChunks / TileBlocks, 1, Math.Min(MaxColumnBlocks, Weights.Panels));
        _blockPanels = (Weights.Panels + _columnBlocks - 1) / _columnBlocks;
    }

    public static void Run(WinogradPhase<S>[] phases, ChannelsLast<S> source, ConvolutionTarget<S> target)
    {
        WinogradProduct<S> product = new(phases, source, target);
        ParallelFor.Run(product.TileBlocks * product._columnBlocks, product);
    }

    /// <summary>The spare elements between rows of a block, so that a tile's rows are in different sets of the cache.</summary>
    static int Spare => 64 / Unsafe.SizeOf<S>();

    /// <summary>The weights of the first phase; those of others differ only in depth.</summary>
    ConvolutionColumns<S> Weights => _phases[0].Weights;

    int PanelWidth => Weights.PanelWidth;

    int TileBlocks => (_grid.Tiles + _blockTiles - 1) / _blockTiles;

    int KindStride => (_blockTiles * PanelWidth) + Spare;

    /// <summary>The channels of a pixel in a block's lines: whole panels.</summary>
    int PixelStride => _blockPanels * PanelWidth;

    int LineStride => 2 * _phases.Length * _blockTiles * PixelStride;

    public unsafe void Run(int index)
    {
        (int columnBlock, int tileBlock) = Math.DivRem(index, TileBlocks);
        int first = tileBlock * _blockTiles;
        int tiles = Math.Min(_blockTiles, _grid.Tiles - first);
        int firstPanel = columnBlock * _blockPanels;
        int panels = Math.Min(_blockPanels, Weights.Panels - firstPanel);
        Memory<S> inputs = BufferPool<S>.Rent((long)_blockTiles * _rowStride);
        Memory<S> sums = BufferPool<S>.Rent((long)WinogradPlan.Kinds * KindStride);
        Memory<S> lines = BufferPool<S>.Rent(BufferSize.Of(4L * _phases.Length, _blockTiles, PixelStride));
        fixed (S* v = inputs.Span, m = sums.Span, y = lines.Span)
        {
            foreach (ref readonly WinogradPhase<S> phase in _phases.AsSpan())
            {
                Multiply(phase, first, tiles, firstPanel, panels, v, m, y + ((nint)phase.FirstPosition * PixelStride));
            }

            Store(y, first, tiles, firstPanel * PanelWidth, panels * PanelWidth);
        }

        BufferPool<S>.Return(inputs);
        BufferPool<S>.Return(sums);
        BufferPool<S>.Return(lines);
    }

    unsafe void Multiply(in WinogradPhase<S> phase, int first, int tiles, int firstPanel, int panels, S* inputs, S* sums, S* lines)
    {
        fixed (S* source = _source.Data.Span, weights = phase.Weights.Data.Span)
        {
            Gather(phase.Plan, source + phase.Origin, first, tiles, inputs);
            Clear(phase.Plan, sums);
            for (int panel = 0; panel < panels; panel++)
            {
                int column = panel * PanelWidth;
                int rest = MatrixProductBlock.WholeRegisters<S>(Weights.Columns) - (firstPanel * PanelWidth) - column;
                int width = Math.Min(PanelWidth, rest);
                Multiply(phase.Plan, inputs, tiles, weights + ((nint)(firstPanel + panel) * phase.Weights.PanelStride), width, sums);
                Outputs(sums, tiles, width, lines + column);
            }
        }
    }

    /// <summary>Computes a row for each tile: the inputs of all products, pair after pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Gather(WinogradPlan plan, S* source, int first, int tiles, S* rows)
    {
        Size2 stride = new(plan.Rows.Stride, plan.Columns.Stride);
        for (int done = 0; done < tiles;)
        {
            WinogradTiles<S> line = WinogradTiles<S>.Of(source, _source, _grid, stride, first + done, tiles - done);
            S* target = rows + ((nint)done * _rowStride);
            foreach (ref readonly WinogradPair pair in plan.Pairs.AsSpan())
            {
                line.Transform(pair, 0, _source.Channels, target, _rowStride);
                target += _source.Channels;
            }

            done += line.Count;
        }
    }

    /// <summary>Clears the sums of kinds without products.</summary>
    unsafe void Clear(WinogradPlan plan, S* sums)
    {
        for (int kind = 0; kind < WinogradPlan.Kinds; kind++)
        {
            (int begin, int end) = plan.OfKind(kind);
            if (begin == end)
            {
                new Span<S>(sums + ((nint)kind * KindStride), KindStride).Clear();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Multiply(WinogradPlan plan, S* inputs, int tiles, S* panel, int width, S* sums)
    {
        S** rows = stackalloc S*[_blockTiles];
        for (int i = 0; i < _blockTiles; i++)
        {
            rows[i] = inputs + ((nint)Math.Min(i, tiles - 1) * _rowStride);
        }

        for (int kind = 0; kind < WinogradPlan.Kinds; kind++)
        {
            (int begin, int end) = plan.OfKind(kind);
            int last = end * _source.Channels;
            for (int k = begin * _source.Channels; k < last; k += MatrixProductBlock.DepthSlice)
            {
                ProductBlock<S> block = new()
                {
                    Rows = tiles,
                    Columns = width,
                    Depth = Math.Min(MatrixProductBlock.DepthSlice, last - k),
                    Right = panel + ((nint)k * PanelWidth),
                    PanelWidth = PanelWidth,
                    TileRows = MatrixProductBlock.TileRows<S>(PanelWidth),
                    StepsAtOnce = Winograd.StepsAtOnce,
                    Target = sums + ((nint)kind * KindStride),
                    Stride = PanelWidth,
                    Accumulate = k > begin * _source.Channels,
                };
                MatrixProductBlock.Multiply(new PointedRows<S>(rows, k), block, Weights.PanelStride);
            }
        }
    }

    /// <summary>Computes the outputs of a phase, which alternate with those of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Outputs(S* sums, int tiles, int width, S* lines)
    {
        nint pixelStride = (nint)_phases.Length * PixelStride;
        for (int i = 0; i < tiles; i++, sums += PanelWidth, lines += 2 * pixelStride)
        {
            WinogradTransform<S>.Outputs(sums, KindStride, width, lines, pixelStride, LineStride);
        }
    }

    /// <summary>Stores tiles that are neighbours on a line together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Store(S* lines, int first, int tiles, int column, int width)
    {
        int tileWidth = 2 * _phases.Length;
        int channels = Math.Min(width, Weights.Columns - column);
        for (int done = 0; done < tiles;)
        {
            (int image, int y, int x) = _grid.At(first + done);
            int run = Math.Min(tiles - done, _grid.Across - x);
            int positions = Math.Min(run * tileWidth, _target.Grid.Positions - (x * tileWidth));
            S* from = lines + ((nint)done * tileWidth * PixelStride);
            for (int line = 2 * y; line < Math.Min((2 * y) + 2, _target.Grid.Lines); line++, from += LineStride)
            {
                _target.Store(from, PixelStride, image, line, x * tileWidth, positions, column, channels);
            }

            done += run;
        }
    }
}
