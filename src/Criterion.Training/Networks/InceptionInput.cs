namespace Criterion.Training;

/// <summary>Resizes images for Inception. Every way is linear along each side, and differentiable.</summary>
internal static class InceptionInput
{
    public const int Side = 299;

    /// <summary>Returns a way of resizing if it is defined, or throws.</summary>
    public static InceptionResize Known(InceptionResize resize) => Enum.IsDefined(resize)
        ? resize
        : throw new ArgumentOutOfRangeException(
            nameof(resize), resize, $"InceptionResize: {resize} is undefined. Use Clean, Legacy or PyTorchFid.");

    /// <summary>Returns the input of the network, <c>[N, 3, 299, 299]</c>, from values of 0 to 255, <c>[N, 3, H, W]</c>.</summary>
    public static Tensor Of(Tensor bytes, InceptionResize resize) => resize switch
    {
        InceptionResize.Clean => Scaled(Resampled(bytes, Bicubic).Clamp(0, 255)),
        InceptionResize.Legacy => Scaled(Resampled(bytes, CornerBilinear)),
        _ => (bytes.UpsampleBilinear2d(Side) / 127.5) - 1,
    };

    // The graph of 2015 subtracts 128, not 127.5.
    static Tensor Scaled(Tensor bytes) => (bytes - 128) / 128;

    /// <summary>Resizes the width, then the height, by matrices of weights.</summary>
    static Tensor Resampled(Tensor images, Func<int, int, double[]> weights)
    {
        Tensor wide = images.MatMul(Matrix(images.Size(3), weights, images.DType).Transpose());
        return Matrix(images.Size(2), weights, images.DType).MatMul(wide);
    }

    static Tensor Matrix(int size, Func<int, int, double[]> weights, DType dtype) =>
        Tensor.From([.. Enumerable.Range(0, Side).SelectMany(i => weights(size, i))], [Side, size]).To(dtype);

    /// <summary>Returns the weights of the pixels around i · size / 299.</summary>
    static double[] CornerBilinear(int size, int index)
    {
        double at = (double)index * size / Side;
        int left = (int)at;
        double[] weights = new double[size];
        weights[left] = 1 - (at - left);
        weights[Math.Min(left + 1, size - 1)] += at - left;
        return weights;
    }

    /// <summary>Returns the weights of Pillow's bicubic filter, which widens with the factor by which the side shrinks.</summary>
    static double[] Bicubic(int size, int index)
    {
        const int Support = 2;
        double scale = (double)size / Side;
        double widening = Math.Max(1, scale);
        double centre = (index + 0.5) * scale;
        int start = Math.Max(0, (int)(centre - (Support * widening) + 0.5));
        int end = Math.Min(size, (int)(centre + (Support * widening) + 0.5));
        double[] weights = new double[size];
        for (int i = start; i < end; i++)
        {
            weights[i] = Cubic(Math.Abs(i + 0.5 - centre) / widening);
        }

        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>Computes Keys' cubic kernel with a = −0.5 (1981, equation 15).</summary>
    static double Cubic(double x) => x switch
    {
        < 1 => (((1.5 * x) - 2.5) * x * x) + 1,
        < 2 => (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2,
        _ => 0,
    };
}
