using Criterion.Formulas;
using Criterion.Losses;

namespace Criterion.Tests.Losses.Image;

/// <summary>Structural similarity by its definition: each window separately, 2-D weights, variances around the mean.</summary>
static class PlainSsim
{
    public static double Value(Plain x, Plain y, SsimOptions options, ImageRange range) =>
        Enumerable.Range(0, x.Channels).Average(c => Channel(x, y, c, options, range).Similarity);

    /// <summary>The mean similarity and the mean contrast term of a channel.</summary>
    public static (double Similarity, double Contrast) Channel(Plain x, Plain y, int c, SsimOptions options, ImageRange range)
    {
        int size = options.WindowSize;
        int padding = options.Border == WindowBorder.Valid ? 0 : size / 2;
        List<(double S, double C)> windows = [];
        for (int i = -padding; i + size <= x.Height + padding; i += options.Stride)
        {
            for (int j = -padding; j + size <= x.Width + padding; j += options.Stride)
            {
                windows.Add(Window(x, y, c, i, j, options, range));
            }
        }

        return (windows.Average(w => w.S), windows.Average(w => w.C));
    }

    static (double S, double C) Window(Plain x, Plain y, int c, int top, int left, SsimOptions options, ImageRange range)
    {
        int size = options.WindowSize;
        List<(double W, double X, double Y)> pixels = [];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                double square = Math.Pow(i - (size / 2), 2) + Math.Pow(j - (size / 2), 2);
                double weight = options.Sigma is { } sigma ? Math.Exp(-square / (2 * sigma * sigma)) : 1;
                pixels.Add(
                    (weight, Pixel(x, c, top + i, left + j, options.Border, range), Pixel(y, c, top + i, left + j, options.Border, range)));
            }
        }

        double sum = pixels.Sum(p => p.W);
        double meanX = pixels.Sum(p => p.W * p.X) / sum;
        double meanY = pixels.Sum(p => p.W * p.Y) / sum;
        double below = options.SampleVariance ? sum * (1 - (1.0 / (size * size))) : sum;
        double varianceX = pixels.Sum(p => p.W * Math.Pow(p.X - meanX, 2)) / below;
        double varianceY = pixels.Sum(p => p.W * Math.Pow(p.Y - meanY, 2)) / below;
        double covariance = pixels.Sum(p => p.W * (p.X - meanX) * (p.Y - meanY)) / below;
        double c1 = Math.Pow(options.K1 * range.Extent(), 2);
        double c2 = Math.Pow(options.K2 * range.Extent(), 2);
        double luminance = ((2 * meanX * meanY) + c1) / ((meanX * meanX) + (meanY * meanY) + c1);
        double contrast = ((2 * covariance) + c2) / (varianceX + varianceY + c2);
        double product = ((meanX * meanX) + (meanY * meanY) + c1) * (varianceX + varianceY + c2);
        return (luminance * contrast * product / (product + options.Epsilon), contrast);
    }

    static double Pixel(Plain x, int c, int i, int j, WindowBorder border, ImageRange range)
    {
        if (border == WindowBorder.Zero && (i < 0 || j < 0 || i >= x.Height || j >= x.Width))
        {
            return 0;
        }

        return x[c, Mirror(i, x.Height), Mirror(j, x.Width)] - range.Black();
    }

    static int Mirror(int i, int side) => i < 0 ? -i : i >= side ? (2 * side) - 2 - i : i;
}
