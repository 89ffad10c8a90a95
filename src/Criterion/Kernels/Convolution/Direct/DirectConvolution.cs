using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// Convolution and its gradients as matrix products whose left operand is read from the images in place, through tables of offsets: no
/// patch is ever copied.
/// </summary>
/// <remarks>
/// | | rows | depth | columns |
/// |---|---|---|---|
/// | forward | output pixels | in channel, tap | out channels |
/// | gradient of the input | input pixels, one stride phase at a time | out channel, tap of the phase | in channels |
/// | gradient of the weights | in channel, tap | output pixels | out channels |
/// </remarks>
internal static class DirectConvolution
{
    public static void Forward<S>(
        in ConvolutionGeometry g, ReadOnlyMemory<S> input, ReadOnlyMemory<S> weight, ReadOnlyMemory<S> bias, Memory<S> output)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        ConvolutionPadding<S> padded = PadInput(g, input);
        Convolve(
            padded.Data, g.GroupInChannels * padded.Plane, OutputPixels(g, padded), KernelTaps(g, padded),
            new WeightColumns<S>(g, weight), g.Groups, ConvolutionTarget<S>.Outputs(g, output) with { Bias = bias });
        padded.Return();
    }

    public static void InputGradient<S>(
        in ConvolutionGeometry g,
        ReadOnlyMemory<S> outputGradient,
        ReadOnlyMemory<S> weight,
        ReadOnlyMemory<S> bias,
        Memory<S> inputGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        PhaseBorder border = PhaseBorder.Of(g);
        ConvolutionPadding<S> padded = ConvolutionPadding<S>.Pad(
            outputGradient, g.Batch * g.OutChannels, g.OutHeight, g.OutWidth, border.Top, border.Bottom, border.Left, border.Right);
        for (int y = 0; y < g.StrideHeight; y++)
        {
            for (int x = 0; x < g.StrideWidth; x++)
            {
                ConvolutionPhase rows = ConvolutionPhase.OfRows(g, y);
                ConvolutionPhase columns = ConvolutionPhase.OfColumns(g, x);
                ConvolutionTarget<S> target = ConvolutionTarget<S>.Inputs(g, rows, columns, inputGradient) with { Bias = bias };
                InputGradient(g, rows, columns, border, padded, weight, target);
            }
        }

        padded.Return();
    }

    public static void WeightGradient<S>(
        in ConvolutionGeometry g, ReadOnlyMemory<S> input, ReadOnlyMemory<S> outputGradient, Memory<S> weightGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        ConvolutionPadding<S> padded = PadInput(g, input);
        ConvolutionPatches<S> patches = new(
            padded.Data, g.GroupInChannels * padded.Plane, KernelTaps(g, padded), OutputPixels(g, padded).Table());
        OutputGradientColumns<S> source = new(g, outputGradient);
        ConvolutionColumns<S> columns = ConvolutionColumns<S>.Pack(
            source, g.Groups, patches.Steps.Count, g.GroupOutChannels, MatrixProductBlock.PanelWidth<S>(g.GroupOutChannels));
        SumOverSplits(g, patches, columns, weightGradient[..(g.OutChannels * g.GroupInChannels * g.Taps)]);
        columns.Return();
        patches.Return();
        padded.Return();
    }

    /// <summary>Computes one phase: a convolution of stride 1 over the output gradient, with the kernel reversed.</summary>
    static void InputGradient<S>(
        in ConvolutionGeometry g, ConvolutionPhase rows, ConvolutionPhase columns, PhaseBorder border,
        ConvolutionPadding<S> padded, ReadOnlyMemory<S> weight, in ConvolutionTarget<S> target)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (rows.Positions == 0 || columns.Positions == 0)
        {
            return;
        }

        ConvolutionGrid source = new(
            g.Batch, g.OutChannels * padded.Plane, rows.Positions, padded.Width, columns.Positions, 1,
            ((border.Top + rows.FirstQuotient) * padded.Width) + border.Left + columns.FirstQuotient);
        Convolve(
            padded.Data, g.GroupOutChannels * padded.Plane, source, PhaseTaps(g, rows, columns, padded),
            new PhaseWeightColumns<S>(g, rows, columns, weight), g.Groups, target);
    }

    /// <summary>
    /// Computes the target channels at each position = patch · packed weights. Returns <paramref name="taps"/> to the pool.
    /// </summary>
    static void Convolve<S, TColumns>(
        ReadOnlyMemory<S> source, int groupStride, ConvolutionGrid positions, ConvolutionTable taps,
        in TColumns weights, int groups, in ConvolutionTarget<S> target)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where TColumns : struct, IConvolutionColumns<S>
    {
        int channels = target.GroupChannels;
        bool runs = FewChannelProduct<S>.Suit(positions, channels);
        int lanes = FewChannelProduct<S>.Lanes(positions.Positions);
        int panelWidth = runs ? FewChannelProduct<S>.PanelWidth(channels) : MatrixProductBlock.PanelWidth<S>(channels);
        ConvolutionPatches<S> patches = new(source, groupStride, runs ? positions.Runs(lanes) : positions.Table(), taps);
        ConvolutionColumns<S> columns = ConvolutionColumns<S>.Pack(weights, groups, taps.Count, channels, panelWidth);
        if (runs)
        {
            FewChannelProduct<S>.Run(patches, columns, groups, target, lanes);
        }
        else
        {
            ConvolutionProduct<S, ImageSink<S>>.Run(patches, columns, groups, 1, new ImageSink<S>(target));
        }

        columns.Return();
        patches.Return();
    }

    /// <summary>
    /// Splits the pixels and adds the parts in order, because few weights and many pixels would leave threads idle. The number of parts
    /// depends on the shapes, never on the threads.
    /// </summary>
    static void SumOverSplits<S>(
        in ConvolutionGeometry g, ConvolutionPatches<S> patches, ConvolutionColumns<S> columns, Memory<S> weightGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int splits = ConvolutionProduct<S, WeightSink<S>>.Splits(patches, columns, g.Groups);
        Memory<S> parts = splits == 1 ? weightGradient : BufferPool<S>.Rent(BufferSize.Of(splits, weightGradient.Length));
        WeightSink<S> sink = new(parts, g.OutChannels, g.GroupOutChannels, patches.Rows.Count);
        ConvolutionProduct<S, WeightSink<S>>.Run(patches, columns, g.Groups, splits, sink);
        if (splits > 1)
        {
            AddParts(parts.Span, splits, weightGradient.Span);
            BufferPool<S>.Return(parts);
        }
    }

    static void AddParts<S>(ReadOnlySpan<S> parts, int splits, Span<S> sum)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        parts[..sum.Length].CopyTo(sum);
        for (int split = 1; split < splits; split++)
        {
            TensorPrimitives.Add(sum, parts.Slice(split * sum.Length, sum.Length), sum);
        }
    }

    static ConvolutionPadding<S> PadInput<S>(in ConvolutionGeometry g, ReadOnlyMemory<S> input)
        where S : unmanaged => ConvolutionPadding<S>.Pad(
            input, g.Batch * g.InChannels, g.InHeight, g.InWidth, g.PaddingHeight, g.PaddingHeight, g.PaddingWidth, g.PaddingWidth);

    static ConvolutionGrid OutputPixels<S>(in ConvolutionGeometry g, ConvolutionPadding<S> padded)
        where S : unmanaged => new(
            g.Batch, g.InChannels * padded.Plane, g.OutHeight, g.StrideHeight * padded.Width, g.OutWidth, g.StrideWidth);

    static ConvolutionTable KernelTaps<S>(in ConvolutionGeometry g, ConvolutionPadding<S> padded)
        where S : unmanaged => ConvolutionTable.Of(
            g.GroupInChannels, padded.Plane, g.KernelHeight, g.DilationHeight * padded.Width, g.KernelWidth, g.DilationWidth);

    /// <summary>Returns the table of a phase's taps: shifts increase evenly, so it is a plain one that starts at the first shift.</summary>
    static ConvolutionTable PhaseTaps<S>(
        in ConvolutionGeometry g, ConvolutionPhase rows, ConvolutionPhase columns, ConvolutionPadding<S> padded)
        where S : unmanaged => ConvolutionTable.Of(
            g.GroupOutChannels, padded.Plane,
            rows.Taps, -rows.ShiftStep * padded.Width,
            columns.Taps, -columns.ShiftStep,
            -(rows.Shift(0) * padded.Width) - columns.Shift(0));
}
