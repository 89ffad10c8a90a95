using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>
/// The product of a convolution to few channels (an image, a depthwise convolution): the lanes are a run of neighbouring positions and the
/// weights are broadcast, so that no lane is without a channel.
/// </summary>
internal readonly struct FewChannelProduct<S> : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>The channels of a panel: one or two running sums for each run of a tile.</summary>
    const int PanelChannels = 2;

    const int BlockTiles = 4;

    readonly ConvolutionPatches<S> _patches;
    readonly ConvolutionColumns<S> _columns;
    readonly ConvolutionTarget<S> _target;
    readonly ConvolutionTable _targets;
    readonly int _lanes;
    readonly int _tile;

    FewChannelProduct(
        ConvolutionPatches<S> patches, ConvolutionColumns<S> columns, ConvolutionTarget<S> target, ConvolutionTable targets, int lanes)
    {
        _patches = patches;
        _columns = columns;
        _target = target;
        _targets = targets;
        _lanes = lanes;
        _tile = MatrixProductBlock.TileRows(columns.PanelWidth);
    }

    /// <summary>Returns whether it saves time: the positions are neighbours and the channels fill at most half of a register.</summary>
    public static bool Suit(ConvolutionGrid positions, int channels) =>
        positions.PositionStride == 1 && Lanes(positions.Positions) >= 2 * channels;

    public static void Run(ConvolutionPatches<S> patches, ConvolutionColumns<S> columns, int groups, ConvolutionTarget<S> target, int lanes)
    {
        ConvolutionTable targets = target.Grid.Runs(lanes);
        FewChannelProduct<S> runs = new(patches, columns, target, targets, lanes);
        ParallelFor.Run(groups * runs.Blocks, runs);
        targets.Return();
    }

    public static int PanelWidth(int channels) => Math.Min(channels, PanelChannels);

    /// <summary>Returns the lanes of the widest register that a line of positions fills, or 0.</summary>
    public static unsafe int Lanes(int positions)
    {
        int bytes = WidestLane.Bytes;
        while (bytes >= 16 && bytes > positions * sizeof(S))
        {
            bytes /= 2;
        }

        return bytes < 16 ? 0 : bytes / sizeof(S);
    }

    int BlockRuns => BlockTiles * _tile;

    int Blocks => (_patches.Rows.Count + BlockRuns - 1) / BlockRuns;

    public unsafe void Run(int index)
    {
        (int group, int block) = Math.DivRem(index, Blocks);
        int first = block * BlockRuns;
        int runs = Math.Min(BlockRuns, _patches.Rows.Count - first);
        Memory<S> sums = BufferPool<S>.Rent(BlockRuns * _columns.Columns * _lanes);
        fixed (S* source = _patches.Source.Span, columns = _columns.Data.Span, target = sums.Span)
        {
            S** pointers = stackalloc S*[BlockRuns];
            _patches.PointToRows(pointers, BlockRuns, source, group, first, runs);
            S* groupColumns = columns + ((nint)group * _columns.GroupStride);
            WidestLane.Run<MultiplyTask, S>(new(this, pointers, runs, groupColumns, target), _lanes * sizeof(S));
            Store(target, group, first, runs);
        }

        BufferPool<S>.Return(sums);
    }

    readonly unsafe struct MultiplyTask(FewChannelProduct<S> runs, S** pointers, int count, S* columns, S* sums) : ILaneTask<S>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<L>()
            where L : struct, ILane<L, S> => runs.Multiply<L>(pointers, count, columns, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Multiply<L>(S** runs, int count, S* columns, S* sums)
        where L : struct, ILane<L, S>
    {
        int stride = _columns.Columns * _lanes;
        fixed (int* steps = _patches.Steps.Values)
        {
            for (int run = 0; run < count; run += _tile)
            {
                GatheredRuns<S> tile = new(runs + run, steps);
                for (int channel = 0; channel < _columns.Columns; channel += PanelChannels)
                {
                    S* panel = columns + ((nint)(channel / PanelChannels) * _columns.PanelStride);
                    S* target = sums + (run * stride) + (channel * _lanes);
                    Tile<L>(tile, _columns.Columns - channel, panel, target, stride);
                }
            }
        }
    }

    unsafe void Tile<L>(GatheredRuns<S> runs, int channels, S* panel, S* target, int stride)
        where L : struct, ILane<L, S>
    {
        TileColumns<S> columns = new(panel, _columns.PanelWidth, _columns.Depth);
        if (channels == 1 && _tile == 12)
        {
            MicroKernel<S, L>.Multiply<GatheredRuns<S>, Constant12, Constant1>(
                runs, columns, target, stride, TileStore.Overwrite);
        }
        else if (channels == 1)
        {
            MicroKernel<S, L>.Multiply<GatheredRuns<S>, Constant6, Constant1>(
                runs, columns, target, stride, TileStore.Overwrite);
        }
        else if (_tile == 12)
        {
            MicroKernel<S, L>.Multiply<GatheredRuns<S>, Constant12, Constant2>(
                runs, columns, target, stride, TileStore.Overwrite);
        }
        else
        {
            MicroKernel<S, L>.Multiply<GatheredRuns<S>, Constant6, Constant2>(
                runs, columns, target, stride, TileStore.Overwrite);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Store(S* sums, int group, int first, int runs)
    {
        fixed (S* images = _target.Images.Span)
        {
            S* target = images + ((nint)group * _target.GroupStride);
            ReadOnlySpan<S> bias = _target.Bias.IsEmpty
                ? default
                : _target.Bias.Span.Slice(group * _target.GroupChannels, _columns.Columns);
            foreach (int offset in _targets.Values.Slice(first, runs))
            {
                for (int channel = 0; channel < _columns.Columns; channel++, sums += _lanes)
                {
                    StoreRun(sums, bias.IsEmpty ? S.Zero : bias[channel], target + offset + ((nint)channel * _target.ChannelStride));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void StoreRun(S* sums, S bias, S* target)
    {
        nint step = _target.Grid.PositionStride;
        for (int lane = 0; lane < _lanes; lane++)
        {
            target[lane * step] = sums[lane] + bias;
        }
    }
}
