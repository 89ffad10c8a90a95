using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Simd;

namespace Criterion.Kernels;

/// <summary>Tiles of 2 × 2 outputs, image after image, line after line.</summary>
internal readonly record struct WinogradGrid(int Images, int Down, int Across)
{
    public int Tiles => Images * Down * Across;

    public (int Image, int Y, int X) At(int tile)
    {
        (int line, int x) = Math.DivRem(tile, Across);
        (int image, int y) = Math.DivRem(line, Down);
        return (image, y, x);
    }
}

/// <summary>
/// The inputs of neighbouring tiles on a line: the channels of a pixel are contiguous, from the first pixel of the first tile on. The
/// additions before the products process all of them at once.
/// </summary>
internal readonly unsafe struct WinogradTiles<S>(S* first, nint rowStride, nint pixelStride, nint tileStride, int count)
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>Returns the tiles of <paramref name="grid"/> from one on to the end of the line, at most <paramref name="most"/>.</summary>
    public static WinogradTiles<S> Of(S* images, in ChannelsLast<S> source, in WinogradGrid grid, Size2 stride, int tile, int most)
    {
        (int image, int y, int x) = grid.At(tile);
        nint line = ((nint)image * source.ImageStride) + ((nint)2 * y * stride.Height * source.RowStride);
        nint tileStride = (nint)2 * stride.Width * source.Channels;
        return new(images + line + (x * tileStride), source.RowStride, source.Channels, tileStride, Math.Min(most, grid.Across - x));
    }

    public int Count => count;

    /// <summary>
    /// Computes the input of a product for channels from <paramref name="channel"/> on: (a ± b) ± (c ± d), or the terms that exist. The
    /// results of tiles are <paramref name="targetStride"/> elements apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Transform(in WinogradPair pair, int channel, int channels, S* target, nint targetStride) =>
        WidestLane.Run<TransformTask, S>(new(this, pair, channel, channels, target, targetStride));

    readonly struct TransformTask(WinogradTiles<S> tiles, WinogradPair pair, int channel, int channels, S* target, nint targetStride)
        : ILaneTask<S>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<L>()
            where L : struct, ILane<L, S> => tiles.Transform<L>(pair, channel, channels, target, targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Transform<L>(in WinogradPair pair, int channel, int channels, S* target, nint targetStride)
        where L : struct, ILane<L, S>
    {
        (WinogradPoint row, WinogradPoint column) = (pair.Row, pair.Column);
        S* a = first + (row.First * rowStride) + (column.First * pixelStride) + channel;
        nint across = (column.Second - column.First) * pixelStride;
        nint down = (row.Second - row.First) * rowStride;
        if (row.Sign != 0 && column.Sign != 0)
        {
            Four<L>(a, across, down, column.Sign, row.Sign, channels, target, targetStride);
        }
        else if (row.Sign != 0 || column.Sign != 0)
        {
            Two<L>(a, across + down, row.Sign + column.Sign, channels, target, targetStride);
        }
        else
        {
            Copy<L>(a, channels, target, targetStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Copy<L>(S* a, int channels, S* target, nint targetStride)
        where L : struct, ILane<L, S>
    {
        for (int tile = 0; tile < count; tile++, a += tileStride, target += targetStride)
        {
            for (int i = 0; i < channels; i += L.Width)
            {
                L.Store(L.Load(a + i), target + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Two<L>(S* a, nint other, int sign, int channels, S* target, nint targetStride)
        where L : struct, ILane<L, S>
    {
        L factor = L.Const(sign);
        for (int tile = 0; tile < count; tile++, a += tileStride, target += targetStride)
        {
            for (int i = 0; i < channels; i += L.Width)
            {
                L.Store(L.MultiplyAdd(factor, L.Load(a + other + i), L.Load(a + i)), target + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Four<L>(S* a, nint across, nint down, int columnSign, int rowSign, int channels, S* target, nint targetStride)
        where L : struct, ILane<L, S>
    {
        (L column, L row) = (L.Const(columnSign), L.Const(rowSign));
        S* b = a + down;
        for (int tile = 0; tile < count; tile++, a += tileStride, b += tileStride, target += targetStride)
        {
            for (int i = 0; i < channels; i += L.Width)
            {
                L upper = L.MultiplyAdd(column, L.Load(a + across + i), L.Load(a + i));
                L lower = L.MultiplyAdd(column, L.Load(b + across + i), L.Load(b + i));
                L.Store(L.MultiplyAdd(row, lower, upper), target + i);
            }
        }
    }
}
