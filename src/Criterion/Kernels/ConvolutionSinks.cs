using System.Runtime.CompilerServices;

namespace Criterion.Kernels;

/// <summary>Where the channels of images are written: positions on a grid, channels <paramref name="ChannelStride"/> apart.</summary>
internal readonly record struct ConvolutionTarget<S>(Memory<S> Images, ConvolutionGrid Grid, int ChannelStride, int GroupChannels)
    where S : unmanaged
{
    public int GroupStride => GroupChannels * ChannelStride;
}

/// <summary>Rows are the positions of a target, image after image; each line of them is turned over at once.</summary>
internal readonly unsafe struct ImageSink<S> : IConvolutionSink<S>
    where S : unmanaged
{
    readonly ConvolutionTarget<S> _target;
    readonly ConvolutionGrid _grid;

    public ImageSink(ConvolutionTarget<S> target)
    {
        _target = target;
        _grid = target.Grid.Joined();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Store(S* block, int stride, int group, int split, int firstRow, int rows)
    {
        (int line, int position) = Math.DivRem(firstRow, _grid.Positions);
        fixed (S* images = _target.Images.Span)
        {
            S* target = images + ((nint)group * _target.GroupStride);
            while (rows > 0)
            {
                int run = Math.Min(rows, _grid.Positions - position);
                StoreRun(block, stride, target + Offset(line, position), run);
                block += (nint)run * stride;
                rows -= run;
                line++;
                position = 0;
            }
        }
    }

    nint Offset(int line, int position)
    {
        (int image, int y) = Math.DivRem(line, _grid.Lines);
        return _grid.Origin + ((nint)image * _grid.ImageStride) + (y * _grid.LineStride) + (position * _grid.PositionStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void StoreRun(S* block, int stride, S* target, int run)
    {
        if (_grid.PositionStride == 1)
        {
            MatrixProductPanel.Transpose(block, stride, target, _target.ChannelStride, run, _target.GroupChannels);
        }
        else
        {
            Scatter(block, stride, target, run);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Scatter(S* block, int stride, S* target, int run)
    {
        nint step = _grid.PositionStride;
        for (int channel = 0; channel < _target.GroupChannels; channel++, target += _target.ChannelStride)
        {
            S* from = block + channel;
            for (int i = 0; i < run; i++, from += stride)
            {
                target[i * step] = *from;
            }
        }
    }
}

/// <summary>Rows are the (in channel, tap) of weights [split, out channel, in channel, tap].</summary>
internal readonly unsafe struct WeightSink<S>(Memory<S> weights, int channels, int groupChannels, int taps) : IConvolutionSink<S>
    where S : unmanaged
{
    public void Store(S* block, int stride, int group, int split, int firstRow, int rows)
    {
        nint channel = ((nint)split * channels) + (group * groupChannels);
        fixed (S* target = weights.Span)
        {
            MatrixProductPanel.Transpose(block, stride, target + (channel * taps) + firstRow, taps, rows, groupChannels);
        }
    }
}
