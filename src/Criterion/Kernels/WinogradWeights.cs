using System.Numerics;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>Taps of a kernel along one axis in the order in which the inputs run: <c>First + i · Step</c>.</summary>
internal readonly record struct WinogradTaps(int First, int Step)
{
    public int this[int index] => First + (index * Step);
}

/// <summary>
/// The filter factors of all products, as [pair · in channel, out channel]. Kernels lie in memory with all their taps side by side,
/// <paramref name="channelStride"/> from one in channel to the next and <paramref name="laneStride"/> from one out channel to the next.
/// </summary>
internal readonly unsafe struct WinogradWeights<S>(
    WinogradPlan plan, ReadOnlyMemory<S> weight, int channels, int channelStride, int laneStride, Size2 kernel, WinogradTaps rows, WinogradTaps columns)
    : IConvolutionColumns<S>
    where S : unmanaged, IFloatingPoint<S>
{
    public int Parts => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Pack(int group, int part, int column, int lanes, S* panel, int width)
    {
        int padded = ChannelsLast<S>.Padded(channels);
        int taps = kernel.Height * kernel.Width;
        nint pairStride = (nint)padded * width;
        Memory<S> scratch = BufferPool<S>.Rent((taps + kernel.Width) * width);
        fixed (S* source = weight.Span, side = scratch.Span)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                S* first = source + ((nint)channel * channelStride) + ((nint)column * laneStride);
                MatrixProductPanel.Pack(first, 1, laneStride, taps, lanes, side, width);
                Transform(side, side + (taps * width), panel + ((nint)channel * width), pairStride, width);
            }
        }

        ClearBetween(panel, channels * width, padded * width);
        BufferPool<S>.Return(scratch);
    }

    /// <summary>First along the lines of the kernel, all columns at once, then along the columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Transform(S* taps, S* line, S* target, nint pairStride, int width)
    {
        nint lineStride = (nint)kernel.Width * width;
        for (int y = 0; y < plan.Rows.Points.Length; y++)
        {
            WinogradTransform<S>.Sum(taps + (rows.First * lineStride), rows.Step * lineStride, plan.Rows.Points[y].Taps, (int)lineStride, line);
            for (int x = 0; x < plan.Columns.Points.Length; x++)
            {
                WinogradTransform<S>.Sum(
                    line + (columns.First * width), columns.Step * width, plan.Columns.Points[x].Taps, width,
                    target + (plan.PlaceOf(y, x) * pairStride));
            }
        }
    }

    /// <summary>Channels that only fill up the lanes have no weights.</summary>
    void ClearBetween(S* panel, int used, int stride)
    {
        for (int pair = 0; pair < plan.Pairs.Length; pair++, panel += stride)
        {
            new Span<S>(panel + used, stride - used).Clear();
        }
    }
}
