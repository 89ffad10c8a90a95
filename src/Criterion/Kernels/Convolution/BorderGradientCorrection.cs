using System.Numerics;

namespace Criterion.Kernels;

/// <summary>
/// Corrects the gradient of a convolution's input near the border, where the kernel reaches beyond the outputs. Convolutions pad with zeros
/// there, which is wrong where a weight is not finite because 0 · ∞ is NaN: those sums are computed again over the outputs that exist.
/// </summary>
internal readonly struct BorderGradientCorrection<S>(
    ConvolutionGeometry g,
    ReadOnlyMemory<S> outputGradient,
    ReadOnlyMemory<S> weight,
    ReadOnlyMemory<S> bias,
    Memory<S> inputGradient)
    : IChunk
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
{
    readonly bool[] _rows = Reaches(g.InHeight, g.KernelHeight, g.StrideHeight, g.PaddingHeight, g.DilationHeight, g.OutHeight);
    readonly bool[] _columns = Reaches(g.InWidth, g.KernelWidth, g.StrideWidth, g.PaddingWidth, g.DilationWidth, g.OutWidth);

    /// <summary>Corrects the gradients if a weight is not finite; such a weight affects the first image like any other.</summary>
    public static void Correct(
        in ConvolutionGeometry g,
        ReadOnlyMemory<S> outputGradient,
        ReadOnlyMemory<S> weight,
        ReadOnlyMemory<S> bias,
        Memory<S> inputGradient)
    {
        if (!DynamicRange.IsFinite<S>(inputGradient.Span[..(g.InChannels * g.InPixels)])
            && !DynamicRange.IsFinite(weight.Span[..(g.OutChannels * g.GroupInChannels * g.Taps)]))
        {
            ParallelFor.Run(g.Batch * g.InChannels, new BorderGradientCorrection<S>(g, outputGradient, weight, bias, inputGradient));
        }
    }

    public void Run(int index)
    {
        Span<S> plane = inputGradient.Span.Slice(index * g.InPixels, g.InPixels);
        for (int i = 0; i < plane.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, g.InWidth);
            if ((_rows[row] || _columns[column]) && S.IsNaN(plane[i]))
            {
                plane[i] = Sum(index, row, column);
            }
        }
    }

    /// <summary>Returns whether taps at each position of a side reach outputs that do not exist.</summary>
    static bool[] Reaches(int size, int kernel, int stride, int padding, int dilation, int outputs)
    {
        bool[] reaches = new bool[size];
        for (int i = 0; i < size; i++)
        {
            for (int tap = 0; tap < kernel; tap++)
            {
                int at = i + padding - (tap * dilation);
                reaches[i] |= at % stride == 0 && (at < 0 || at / stride >= outputs);
            }
        }

        return reaches;
    }

    S Sum(int plane, int row, int column)
    {
        (int image, int channel) = Math.DivRem(plane, g.InChannels);
        (int group, int inGroup) = Math.DivRem(channel, g.GroupInChannels);
        S sum = bias.IsEmpty ? S.Zero : bias.Span[channel];
        for (int k = group * g.GroupOutChannels; k < (group + 1) * g.GroupOutChannels; k++)
        {
            ReadOnlySpan<S> gradient = outputGradient.Span.Slice(((image * g.OutChannels) + k) * g.OutPixels, g.OutPixels);
            ReadOnlySpan<S> taps = weight.Span.Slice(((k * g.GroupInChannels) + inGroup) * g.Taps, g.Taps);
            sum += Sum(gradient, taps, row, column);
        }

        return sum;
    }

    S Sum(ReadOnlySpan<S> gradient, ReadOnlySpan<S> taps, int row, int column)
    {
        S sum = S.Zero;
        for (int tap = 0; tap < taps.Length; tap++)
        {
            (int y, bool isRow) = Output(row + g.PaddingHeight - (tap / g.KernelWidth * g.DilationHeight), g.StrideHeight, g.OutHeight);
            (int x, bool isColumn) = Output(column + g.PaddingWidth - (tap % g.KernelWidth * g.DilationWidth), g.StrideWidth, g.OutWidth);
            sum += isRow && isColumn ? gradient[(y * g.OutWidth) + x] * taps[tap] : S.Zero;
        }

        return sum;
    }

    static (int Index, bool Exists) Output(int at, int stride, int outputs) =>
        (at / stride, at >= 0 && at % stride == 0 && at / stride < outputs);
}
