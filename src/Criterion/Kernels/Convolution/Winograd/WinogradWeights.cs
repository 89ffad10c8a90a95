using System.Numerics;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>Taps of a kernel along one axis in the order in which the inputs run: <c>First + i · Step</c>.</summary>
internal readonly record struct WinogradTaps(int First, int Step)
{
    public int this[int index] => First + (index * Step);
}

/// <summary>
/// The filter factors of all products, as [pair · in channel, out channel]. The taps of a kernel are contiguous in memory,
/// <paramref name="channelStride"/> from one in channel to the next and <paramref name="laneStride"/> from one out channel to the next.
/// </summary>
internal readonly unsafe struct WinogradWeights<S>(
    WinogradPlan plan,
    ReadOnlyMemory<S> weight,
    int channels,
    int channelStride,
    int laneStride,
    Size2 kernel,
    WinogradTaps rows,
    WinogradTaps columns)
    : IConvolutionColumns<S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>The channels that are transformed at once: their taps and the results stay in the nearest cache.</summary>
    const int ChannelsAtOnce = 8;

    public int Parts => 1;

    /// <summary>Receives the largest exponent of some channels of each panel; see <see cref="DynamicRange"/>.</summary>
    public Memory<int> Exponents { get; init; }

    public int CellsPerPanel => (channels + ChannelsAtOnce - 1) / ChannelsAtOnce;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Pack(int group, int part, int column, int lanes, S* panel, int width)
    {
        int padded = ChannelsLast<S>.Padded(channels);
        int taps = kernel.Height * kernel.Width;
        int run = ChannelsAtOnce * width;
        Memory<S> scratch = BufferPool<S>.Rent(((long)taps + kernel.Width) * run);
        fixed (S* source = weight.Span, side = scratch.Span)
        {
            new Span<S>(side, taps * run).Clear();
            for (int first = 0; first < channels; first += ChannelsAtOnce)
            {
                int count = Math.Min(ChannelsAtOnce, channels - first);
                for (int i = 0; i < count; i++)
                {
                    S* from = source + ((nint)(first + i) * channelStride) + ((nint)column * laneStride);
                    MatrixTranspose.Run(from, laneStride, side + (i * width), run, lanes, taps);
                }

                int cell = (column / width * CellsPerPanel) + (first / ChannelsAtOnce);
                Exponents.Span[cell] = DynamicRange.LargestExponent(side, taps * run);
                Transform(side, run, side + (taps * run), panel + ((nint)first * width), (nint)padded * width, count * width);
            }
        }

        ClearBetween(panel, channels * width, padded * width);
        BufferPool<S>.Return(scratch);
    }

    /// <summary>
    /// Transforms along the lines of the kernel, all columns at once, then along the columns. The channels of a tap are contiguous.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Transform(S* taps, int tapStride, S* line, S* target, nint pairStride, int count)
    {
        nint lineStride = (nint)kernel.Width * tapStride;
        for (int y = 0; y < plan.Rows.Points.Length; y++)
        {
            WinogradTransform<S>.Sum(
                taps + (rows.First * lineStride), rows.Step * lineStride, plan.Rows.Points[y].Taps, (int)lineStride, line);
            for (int x = 0; x < plan.Columns.Points.Length; x++)
            {
                WinogradTransform<S>.Sum(
                    line + (columns.First * tapStride), columns.Step * tapStride, plan.Columns.Points[x].Taps, count,
                    target + (plan.IndexOf(y, x) * pairStride));
            }
        }
    }

    /// <summary>Clears the channels that only pad the lanes.</summary>
    void ClearBetween(S* panel, int used, int stride)
    {
        for (int pair = 0; pair < plan.Pairs.Length; pair++, panel += stride)
        {
            new Span<S>(panel + used, stride - used).Clear();
        }
    }
}
