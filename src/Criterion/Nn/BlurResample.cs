using Criterion.Numbers;

namespace Criterion.Nn;

/// <summary>
/// Enlarges or reduces images by a whole factor with a low-pass filter, which avoids aliasing and checkerboards (Zhang, 2019; StyleGAN2,
/// 2020, whose <c>upfirdn2d</c> it equals).
/// </summary>
/// <remarks>
/// Input [N, C, H, W], output [N, C, H · Up / Down, W · Up / Down], rounded down. Enlarging inserts Up − 1 zeros between pixels before the
/// filter and multiplies by Up²; reducing keeps each Down-th pixel after it. The filter is the outer product of the kernel with itself,
/// divided by its sum; beyond the border are zeros, so that pixels there are darker. It has no parameters.
/// </remarks>
public sealed class BlurResample : Layer
{
    static readonly double[] Binomial = [1, 3, 3, 1];

    readonly double[] _kernel;

    /// <summary>Initializes the layer.</summary>
    /// <param name="up">The factor of enlargement. Default: 1.</param>
    /// <param name="down">The factor of reduction; 1 if up is not. Default: 1. With both 1 the image is only blurred.</param>
    /// <param name="kernel">
    /// The filter along one side, of a sum other than 0 and at least as long as the factor. Default: 1, 3, 3, 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is below 1, both are above 1, or the kernel does not match.</exception>
    public BlurResample(int up = 1, int down = 1, IReadOnlyList<double>? kernel = null)
    {
        (Up, Down) = (Require.AtLeast(1, up, "BlurResample"), Require.AtLeast(1, down, "BlurResample"));
        Require.That(up == 1 || down == 1, down, "BlurResample", "1 where up is not");
        Kernel = [.. kernel ?? Binomial];
        double sum = Kernel.Sum();
        Require.That(double.IsFinite(sum) && sum != 0, sum, "BlurResample", "finite and not 0, the sum of the kernel");
        Require.That(Kernel.Count >= up * down, Kernel.Count, "BlurResample", $"{up * down} or more, the length of the kernel");
        _kernel = [.. Kernel.Select(value => value / sum)];
    }

    /// <summary>Gets the factor of enlargement.</summary>
    public int Up { get; }

    /// <summary>Gets the factor of reduction.</summary>
    public int Down { get; }

    /// <summary>Gets the filter along one side, before it is divided by its sum.</summary>
    public IReadOnlyList<double> Kernel { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [], ("up", Up, 1), ("down", Down, 1), ("kernel", string.Join(' ', Kernel), string.Join(' ', Binomial)));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input is not [N, C, H, W].</exception>
    protected override Tensor Compute(Tensor input)
    {
        if (input.Rank != 4)
        {
            throw new ShapeException($"BlurResample: the input must be [N, C, H, W], but is {input.Shape}. Add dimensions with Unsqueeze.");
        }

        Tensor planes = input.Reshape(input.Shape[0] * input.Shape[1], 1, input.Shape[2], input.Shape[3]);
        Tensor resampled = Up > 1 ? Enlarged(planes) : Reduced(planes);
        return resampled.Reshape(input.Shape[0], input.Shape[1], resampled.Shape[2], resampled.Shape[3]);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(input);
        (int channels, int height, int width) = (input.Shape[1], input.Shape[2] * Up / Down, input.Shape[3] * Up / Down);
        OnnxValue planes = graph.Reshape(input, -1, 1, input.Shape[2], input.Shape[3]);
        OnnxValue resampled = Up > 1
            ? graph.Node("ConvTranspose", [planes, graph.Weight(EnlargingFilter(input.DType))], Options(Up, CroppedBorder))
            : graph.Node("Conv", [planes, graph.Weight(ReducingFilter(input.DType))], Options(Down, AddedBorder));
        return graph.Reshape(resampled, -1, channels, height, width) with { Shape = [input.Shape[0], channels, height, width] };
    }

    // What enlarging crops from the full convolution, and what reducing adds, before and after each side.
    (int Before, int After) CroppedBorder
    {
        get
        {
            int added = (_kernel.Length + Up - 1) / 2;
            return (_kernel.Length - 1 - added, added + 1 - Up);
        }
    }

    (int Before, int After) AddedBorder => ((_kernel.Length - Down + 1) / 2, (_kernel.Length - Down) / 2);

    Tensor Enlarged(Tensor planes)
    {
        Tensor full = planes.ConvTranspose2d(EnlargingFilter(planes.DType), null, Up);
        int start = CroppedBorder.Before;
        return full.Narrow(2, start, planes.Shape[2] * Up).Narrow(3, start, planes.Shape[3] * Up);
    }

    Tensor Reduced(Tensor planes)
    {
        (int before, int after) = AddedBorder;
        return planes.Pad([before, after, before, after]).Conv2d(ReducingFilter(planes.DType), null, Down);
    }

    Tensor EnlargingFilter(DType dtype) => Filter(_kernel, Up, dtype);

    Tensor ReducingFilter(DType dtype) => Filter([.. _kernel.Reverse()], 1, dtype);

    static (string, object)[] Options(int stride, (int Before, int After) border) =>
    [
        ("strides", (long[])[stride, stride]),
        ("pads", (long[])[border.Before, border.Before, border.After, border.After]),
    ];

    static Tensor Filter(double[] kernel, double gain, DType dtype)
    {
        Tensor side = Tensor.From(kernel, [kernel.Length]) * gain;
        return side.Outer(side).Unsqueeze(0).Unsqueeze(0).To(dtype);
    }
}
