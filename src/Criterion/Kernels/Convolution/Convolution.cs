using System.Numerics;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// Two-dimensional cross-correlation and its gradients, each by the algorithm for its shape: a plain matrix product, one for each image,
/// <see cref="Winograd"/> or <see cref="DirectConvolution"/>.
/// </summary>
internal static class Convolution
{
    /// <summary>Whether <see cref="Winograd"/> is used where it saves time.</summary>
    public static bool AllowsFast { get; set; } = true;

    /// <summary>
    /// The least channels of a result of 1×1 kernels for which its images are products of matrices: fewer leave a tile's rows idle.
    /// </summary>
    const int LeastChannels = 8;

    /// <summary>The least pixels of an image for that: fewer leave lanes idle, and pixels of several images share them otherwise.</summary>
    const int LeastPixels = 32;

    /// <summary>Computes output = input ⋆ weight + bias, or without an empty bias.</summary>
    public static void Forward<S>(
        in ConvolutionGeometry g, ReadOnlyMemory<S> input, ReadOnlyMemory<S> weight, ReadOnlyMemory<S> bias, Memory<S> output)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (g.IsFullyConnected)
        {
            MatrixProduct.Multiply(Images(g, input), Weights(g, weight).Transposed, output);
            ChannelBias<S>.Add(output, g.OutPixels, bias);
        }
        else if (g.Batch == 0 || g.OutPixels == 0 || g.OutChannels == 0)
        {
            return;
        }
        else if (g.IsPointwise && g.OutChannels >= LeastChannels && g.OutPixels >= LeastPixels)
        {
            MatrixView<S> images = RowMajor(input, g.InChannels, g.InPixels);
            ProductStripes<S>.MultiplyEach(Weights(g, weight), images, g.Batch, output);
            ChannelBias<S>.Add(output, g.OutPixels, bias);
        }
        else if (AllowsFast && Winograd.SuitsOutputs(g))
        {
            Winograd.Forward(g, input, weight, bias, output);
        }
        else
        {
            DirectConvolution.Forward(g, input, weight, bias, output);
        }
    }

    /// <summary>Computes the gradient of the input; with a bias this is the forward pass of a transposed convolution.</summary>
    public static void InputGradient<S>(
        in ConvolutionGeometry g,
        ReadOnlyMemory<S> outputGradient,
        ReadOnlyMemory<S> weight,
        ReadOnlyMemory<S> bias,
        Memory<S> inputGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (g.IsFullyConnected)
        {
            MatrixProduct.Multiply(OutputGradients(g, outputGradient), Weights(g, weight), inputGradient);
            ChannelBias<S>.Add(inputGradient, g.InPixels, bias);
        }
        else if (g.Batch == 0 || g.InPixels == 0 || g.InChannels == 0)
        {
            return;
        }
        else if (g.IsPointwise && g.InChannels >= LeastChannels && g.OutPixels >= LeastPixels)
        {
            MatrixView<S> images = RowMajor(outputGradient, g.OutChannels, g.OutPixels);
            ProductStripes<S>.MultiplyEach(Weights(g, weight).Transposed, images, g.Batch, inputGradient);
            ChannelBias<S>.Add(inputGradient, g.InPixels, bias);
        }
        else
        {
            SpreadOutputs(g, outputGradient, weight, bias, inputGradient);
            BorderGradientCorrection<S>.Correct(g, outputGradient, weight, bias, inputGradient);
        }
    }

    static void SpreadOutputs<S>(
        in ConvolutionGeometry g,
        ReadOnlyMemory<S> outputGradient,
        ReadOnlyMemory<S> weight,
        ReadOnlyMemory<S> bias,
        Memory<S> inputGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (AllowsFast && Winograd.SuitsInputs(g))
        {
            Winograd.InputGradient(g, outputGradient, weight, bias, inputGradient);
        }
        else
        {
            DirectConvolution.InputGradient(g, outputGradient, weight, bias, inputGradient);
        }
    }

    /// <summary>Computes the gradient of the weights, summed over the batch.</summary>
    public static void WeightGradient<S>(
        in ConvolutionGeometry g, ReadOnlyMemory<S> input, ReadOnlyMemory<S> outputGradient, Memory<S> weightGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int size = g.OutChannels * g.GroupInChannels * g.Taps;
        if (g.IsFullyConnected)
        {
            MatrixProduct.Multiply(OutputGradients(g, outputGradient).Transposed, Images(g, input), weightGradient);
        }
        else if (g.Batch == 0 || g.OutPixels == 0 || size == 0)
        {
            weightGradient.Span[..size].Clear();
        }
        else if (g.IsPointwise && g.OutChannels > g.InChannels)
        {
            TransposedWeightGradient(g, input, outputGradient, weightGradient);
        }
        else if (AllowsFast && Winograd.SuitsWeights(g))
        {
            Winograd.WeightGradient(g, input, outputGradient, weightGradient);
        }
        else
        {
            DirectConvolution.WeightGradient(g, input, outputGradient, weightGradient);
        }
    }

    /// <summary>
    /// Computes the gradient of 1×1 weights as that of their transpose, in which inputs and outputs change places: the images of the
    /// outputs are packed with their pixels transposed, so that those should be the fewer channels.
    /// </summary>
    static unsafe void TransposedWeightGradient<S>(
        in ConvolutionGeometry g, ReadOnlyMemory<S> input, ReadOnlyMemory<S> outputGradient, Memory<S> weightGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        Memory<S> transposed = BufferPool<S>.Rent(BufferSize.Of(g.InChannels, g.OutChannels));
        DirectConvolution.WeightGradient(
            g with { InChannels = g.OutChannels, OutChannels = g.InChannels }, outputGradient, input, transposed);
        fixed (S* source = transposed.Span, target = weightGradient.Span)
        {
            MatrixTranspose.Run(source, g.OutChannels, target, g.InChannels, g.InChannels, g.OutChannels);
        }

        BufferPool<S>.Return(transposed);
    }

    static MatrixView<S> Images<S>(in ConvolutionGeometry g, ReadOnlyMemory<S> input)
        where S : unmanaged => RowMajor(input, g.Batch, g.InChannels * g.InPixels);

    static MatrixView<S> Weights<S>(in ConvolutionGeometry g, ReadOnlyMemory<S> weight)
        where S : unmanaged => RowMajor(weight, g.OutChannels, g.InChannels * g.Taps);

    static MatrixView<S> OutputGradients<S>(in ConvolutionGeometry g, ReadOnlyMemory<S> outputGradient)
        where S : unmanaged => RowMajor(outputGradient, g.Batch, g.OutChannels);

    static MatrixView<S> RowMajor<S>(ReadOnlyMemory<S> data, int rows, int columns)
        where S : unmanaged => new(data, rows, columns, columns, 1);
}
