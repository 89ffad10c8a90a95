namespace Criterion.Training;

/// <summary>Resizes images by a filter along each side. Every filter is linear, and differentiable.</summary>
internal static class SeparableResize
{
    /// <summary>Resizes images by Pillow's bicubic filter; values may leave the range of the images.</summary>
    public static Tensor Bicubic(Tensor images, Size2 size) => Of(images, size, BicubicWeights);

    /// <summary>Resizes the width, then the height, by matrices of weights.</summary>
    /// <param name="images">The images, floats <c>[N, C, H, W]</c>.</param>
    /// <param name="size">The new height and width.</param>
    /// <param name="weights">
    /// Returns the weights of the pixels of a side for a pixel of the result: of the length before, the length after, and the index.
    /// </param>
    public static Tensor Of(Tensor images, Size2 size, Func<int, int, int, double[]> weights)
    {
        Tensor wide = images.MatMul(Matrix(images.Size(3), size.Width, weights, images.DType).Transpose());
        return Matrix(images.Size(2), size.Height, weights, images.DType).MatMul(wide);
    }

    static Tensor Matrix(int from, int to, Func<int, int, int, double[]> weights, DType dtype) =>
        Tensor.From([.. Enumerable.Range(0, to).SelectMany(i => weights(from, to, i))], [to, from]).To(dtype);

    /// <summary>Returns the weights of Pillow's bicubic filter, which widens with the factor by which the side shrinks.</summary>
    static double[] BicubicWeights(int from, int to, int index)
    {
        const int Support = 2;
        double scale = (double)from / to;
        double widening = Math.Max(1, scale);
        double centre = (index + 0.5) * scale;
        int start = Math.Max(0, (int)(centre - (Support * widening) + 0.5));
        int end = Math.Min(from, (int)(centre + (Support * widening) + 0.5));
        double[] weights = new double[from];
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
