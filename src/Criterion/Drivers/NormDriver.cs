using System.Numerics;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The operands of a normalisation.</summary>
/// <param name="X">The values.</param>
/// <param name="Layout">The order of the values.</param>
/// <param name="Weight">A factor for each channel; default for 1.</param>
/// <param name="Epsilon">A number that is added to the variance.</param>
/// <param name="Mean">The mean of each channel, in double precision; written forwards.</param>
/// <param name="Deviation">The root of the variance of each channel, in double precision; written forwards.</param>
internal readonly record struct Normalized(
    Elements X, NormLayout Layout, Elements Weight, double Epsilon, Elements Mean, Elements Deviation)
{
    /// <summary>A number added to each channel; default for 0. Forwards only.</summary>
    public Elements Bias { get; init; }

    /// <summary>The upstream gradient; default forwards.</summary>
    public Elements Upstream { get; init; }

    /// <summary>Receives the normalised values or their gradient; default where it is not needed.</summary>
    public Elements Result { get; init; }

    /// <summary>Receives the gradient of the bias; default where it is not needed.</summary>
    public Elements BiasGradient { get; init; }

    /// <summary>Receives the gradient of the weight; default where it is not needed.</summary>
    public Elements WeightGradient { get; init; }
}

/// <summary>
/// Normalises contiguous values by the statistics of each channel of their layout: one pass over a channel for the statistics, and
/// one for the result, backwards, because the end of the first is still in the cache; a large result is streamed past it. Channels are
/// shared between threads.
/// </summary>
internal static class NormDriver
{
    /// <summary>Computes y = (x − mean) / √(deviation² + ε) · weight + bias, and mean and deviation.</summary>
    public static void Forward(in Normalized values) => LaneLoop.Run(new Loop(values, 1), values.X.DType);

    /// <summary>Computes the gradients that are needed, from the mean and the deviation of the forward pass.</summary>
    public static void Backward(in Normalized values) => LaneLoop.Run(new Loop(values, -1), values.X.DType);

    // direction: 1 forwards, −1 backwards.
    readonly struct Loop(Normalized values, int direction) : ILaneLoop
    {
        int ChannelsPerChunk => LaneLoop.RowsPerChunk(values.Layout.Count);

        public int Chunks => LaneLoop.Chunks(values.Layout.Channels, ChannelsPerChunk);

        void ILaneLoop.Run<S, L, D>(int chunk)
        {
            NormChannels<S, L> channels = new(values);
            int end = Math.Min(values.Layout.Channels, (chunk + 1) * ChannelsPerChunk);
            for (int channel = chunk * ChannelsPerChunk; channel < end; channel++)
            {
                if (direction > 0)
                {
                    channels.Forward(channel);
                }
                else
                {
                    channels.Backward(channel);
                }
            }

            Streaming.End();
        }
    }
}
