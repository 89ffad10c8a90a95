using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>The destination of the channels of images: positions on a grid, channels <paramref name="ChannelStride"/> apart.</summary>
internal readonly record struct ConvolutionTarget<S>(Memory<S> Images, ConvolutionGrid Grid, int ChannelStride, int GroupChannels)
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    /// <summary>The value that is added to each channel; empty for none.</summary>
    public ReadOnlyMemory<S> Bias { get; init; }

    public int GroupStride => GroupChannels * ChannelStride;

    /// <summary>Returns the outputs of a convolution.</summary>
    public static ConvolutionTarget<S> Outputs(in ConvolutionGeometry g, Memory<S> output) => new(
        output, new(g.Batch, g.OutChannels * g.OutPixels, g.OutHeight, g.OutWidth, g.OutWidth, 1), g.OutPixels, g.GroupOutChannels);

    /// <summary>Returns the inputs of one phase of the stride.</summary>
    public static ConvolutionTarget<S> Inputs(in ConvolutionGeometry g, ConvolutionPhase rows, ConvolutionPhase columns, Memory<S> input)
    {
        ConvolutionGrid grid = new(
            g.Batch, g.InChannels * g.InPixels, rows.Positions, g.StrideHeight * g.InWidth, columns.Positions, g.StrideWidth,
            (rows.FirstPosition * g.InWidth) + columns.FirstPosition);
        return new(input, grid, g.InPixels, g.GroupInChannels);
    }

    /// <summary>Returns the whole lines of the inputs of one phase of the stride.</summary>
    public static ConvolutionTarget<S> InputLines(in ConvolutionGeometry g, ConvolutionPhase rows, Memory<S> input)
    {
        ConvolutionGrid grid = new(
            g.Batch, g.InChannels * g.InPixels, rows.Positions, g.StrideHeight * g.InWidth, g.InWidth, 1, rows.FirstPosition * g.InWidth);
        return new(input, grid, g.InPixels, g.GroupInChannels);
    }

    /// <summary>Transposes a run of positions on a line, from contiguous channels to contiguous positions.</summary>
    public unsafe void Store(S* block, int stride, int image, int line, int position, int run, int firstChannel, int channels)
    {
        AddBias(block, stride, run, firstChannel, channels);
        nint offset = Grid.Origin + ((nint)image * Grid.ImageStride) + (line * Grid.LineStride) + (position * Grid.PositionStride);
        fixed (S* images = Images.Span)
        {
            S* target = images + offset + ((nint)firstChannel * ChannelStride);
            if (Grid.PositionStride == 1)
            {
                MatrixTranspose.Run(block, stride, target, ChannelStride, run, channels);
            }
            else
            {
                Scatter(block, stride, target, run, channels);
            }
        }
    }

    unsafe void AddBias(S* block, int stride, int run, int firstChannel, int channels)
    {
        if (Bias.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<S> bias = Bias.Span.Slice(firstChannel, channels);
        for (int i = 0; i < run; i++, block += stride)
        {
            Span<S> position = new(block, channels);
            TensorPrimitives.Add(position, bias, position);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    unsafe void Scatter(S* block, int stride, S* target, int run, int channels)
    {
        nint step = Grid.PositionStride;
        for (int channel = 0; channel < channels; channel++, target += ChannelStride)
        {
            S* from = block + channel;
            for (int i = 0; i < run; i++, from += stride)
            {
                target[i * step] = *from;
            }
        }
    }
}

/// <summary>Stores rows that are the positions of a target, image after image, a line at a time.</summary>
internal readonly unsafe struct ImageSink<S> : IConvolutionSink<S>
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    readonly ConvolutionTarget<S> _target;

    public ImageSink(ConvolutionTarget<S> target) => _target = target with { Grid = target.Grid.Joined() };

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Store(S* block, int stride, int group, int split, int firstRow, int rows)
    {
        ConvolutionGrid grid = _target.Grid;
        (int line, int position) = Math.DivRem(firstRow, grid.Positions);
        while (rows > 0)
        {
            int run = Math.Min(rows, grid.Positions - position);
            (int image, int y) = Math.DivRem(line, grid.Lines);
            _target.Store(block, stride, image, y, position, run, group * _target.GroupChannels, _target.GroupChannels);
            block += (nint)run * stride;
            rows -= run;
            line++;
            position = 0;
        }
    }
}

/// <summary>Stores rows that are the (in channel, tap) of weights [split, out channel, in channel, tap].</summary>
internal readonly unsafe struct WeightSink<S>(Memory<S> weights, int channels, int groupChannels, int taps) : IConvolutionSink<S>
    where S : unmanaged
{
    public void Store(S* block, int stride, int group, int split, int firstRow, int rows)
    {
        nint channel = ((nint)split * channels) + (group * groupChannels);
        fixed (S* target = weights.Span)
        {
            MatrixTranspose.Run(block, stride, target + (channel * taps) + firstRow, taps, rows, groupChannels);
        }
    }
}
