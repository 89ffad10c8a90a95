using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
/// What neighbouring tiles on a line read: the channels of a pixel side by side, from the first pixel of the first tile on. The
/// additions before the products run over all of them at once.
/// </summary>
internal readonly unsafe struct WinogradTiles<S>(S* first, nint rowStride, nint pixelStride, nint tileStride, int count)
    where S : unmanaged
{
    /// <summary>The tiles of <paramref name="grid"/> from one on, as far as the line goes but no more than <paramref name="most"/>.</summary>
    public static WinogradTiles<S> Of(S* images, in ChannelsLast<S> source, in WinogradGrid grid, Size2 stride, int tile, int most)
    {
        (int image, int y, int x) = grid.At(tile);
        nint line = ((nint)image * source.ImageStride) + ((nint)2 * y * stride.Height * source.RowStride);
        nint tileStride = (nint)2 * stride.Width * source.Channels;
        return new(images + line + (x * tileStride), source.RowStride, source.Channels, tileStride, Math.Min(most, grid.Across - x));
    }

    public int Count => count;

    /// <summary>
    /// The input of a product for channels from <paramref name="channel"/> on: (a ± b) ± (c ± d), or what of it there is; for each tile
    /// <paramref name="targetStride"/> elements on.
    /// </summary>
    public void Transform(in WinogradPair pair, int channel, int channels, S* target, nint targetStride)
    {
        switch (MatrixProductBlock.RegisterBytes)
        {
            case 64:
                Transform<Vector512<S>, Lanes512<S>>(pair, channel, channels, target, targetStride);
                break;
            case 32:
                Transform<Vector256<S>, Lanes256<S>>(pair, channel, channels, target, targetStride);
                break;
            default:
                Transform<Vector128<S>, Lanes128<S>>(pair, channel, channels, target, targetStride);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Transform<V, TLanes>(in WinogradPair pair, int channel, int channels, S* target, nint targetStride)
        where V : unmanaged
        where TLanes : ILanes<S, V>
    {
        (WinogradPoint row, WinogradPoint column) = (pair.Row, pair.Column);
        S* a = first + (row.First * rowStride) + (column.First * pixelStride) + channel;
        nint across = (column.Second - column.First) * pixelStride;
        nint down = (row.Second - row.First) * rowStride;
        if (row.Sign != 0 && column.Sign != 0)
        {
            Four<V, TLanes>(a, across, down, column.Sign, row.Sign, channels, target, targetStride);
        }
        else if (row.Sign != 0 || column.Sign != 0)
        {
            Two<V, TLanes>(a, across + down, row.Sign + column.Sign, channels, target, targetStride);
        }
        else
        {
            Copy<V, TLanes>(a, channels, target, targetStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Copy<V, TLanes>(S* a, int channels, S* target, nint targetStride)
        where V : unmanaged
        where TLanes : ILanes<S, V>
    {
        for (int tile = 0; tile < count; tile++, a += tileStride, target += targetStride)
        {
            for (int i = 0; i < channels; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(a + i), target + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Two<V, TLanes>(S* a, nint other, int sign, int channels, S* target, nint targetStride)
        where V : unmanaged
        where TLanes : ILanes<S, V>
    {
        V factor = Factor<V, TLanes>(sign);
        for (int tile = 0; tile < count; tile++, a += tileStride, target += targetStride)
        {
            for (int i = 0; i < channels; i += TLanes.Count)
            {
                TLanes.Store(TLanes.MultiplyAdd(factor, TLanes.Load(a + other + i), TLanes.Load(a + i)), target + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Four<V, TLanes>(S* a, nint across, nint down, int columnSign, int rowSign, int channels, S* target, nint targetStride)
        where V : unmanaged
        where TLanes : ILanes<S, V>
    {
        (V column, V row) = (Factor<V, TLanes>(columnSign), Factor<V, TLanes>(rowSign));
        S* b = a + down;
        for (int tile = 0; tile < count; tile++, a += tileStride, b += tileStride, target += targetStride)
        {
            for (int i = 0; i < channels; i += TLanes.Count)
            {
                V upper = TLanes.MultiplyAdd(column, TLanes.Load(a + across + i), TLanes.Load(a + i));
                V lower = TLanes.MultiplyAdd(column, TLanes.Load(b + across + i), TLanes.Load(b + i));
                TLanes.Store(TLanes.MultiplyAdd(row, lower, upper), target + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Factor<V, TLanes>(int sign)
        where V : unmanaged
        where TLanes : ILanes<S, V> => typeof(S) == typeof(float) ? TLanes.Broadcast((S)(object)(float)sign) : TLanes.Broadcast((S)(object)(double)sign);
}
