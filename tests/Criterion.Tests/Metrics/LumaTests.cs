using Criterion.Losses;
using Criterion.Metrics;

namespace Criterion.Tests.Metrics;

public class LumaTests
{
    static Tensor Image => Tensor.Rand([2, 3, 20, 23], DType.Float64, new RandomStream(1));
    static Tensor Reference => Tensor.Rand([2, 3, 20, 23], DType.Float64, new RandomStream(2));

    public static TheoryData<ImageRange> Ranges => [.. Enum.GetValues<ImageRange>()];

    [Theory]
    [InlineData(Luma.Matlab, 16, 235)]
    [InlineData(Luma.Bt601, 0, 255)]
    public void Black_and_white_have_the_values_of_the_convention(Luma convention, double black, double white)
    {
        Assert.Equal(black, convention.Apply("Test", Tensor.Zeros([1, 3, 1, 1], DType.Float64), ImageRange.Byte).Item(), 9);
        Assert.Equal(white, convention.Apply("Test", Tensor.Full([1, 3, 1, 1], 255, DType.Float64), ImageRange.Byte).Item(), 9);
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Psnr_of_luma_is_the_one_of_super_resolution(ImageRange range)
    {
        double[] x = Image.ToArray<double>();
        double[] y = Reference.ToArray<double>();
        Psnr metric = new(range) { Luma = Luma.Matlab, Border = 4 };
        double[] actual = metric.PerImage(InRange(Image, range), InRange(Reference, range)).ToArray<double>();
        Assert.Equal([Expected(0), Expected(1)], actual, static (a, b) => Math.Abs(a - b) < 1e-9);

        double Expected(int image)
        {
            double sum = 0;
            for (int row = 4; row < 16; row++)
            {
                for (int column = 4; column < 19; column++)
                {
                    double difference = Y(x, image, row, column) - Y(y, image, row, column);
                    sum += difference * difference;
                }
            }

            return 10 * Math.Log10(255 * 255 / (sum / (12 * 15)));
        }

        static double Y(double[] pixels, int image, int row, int column)
        {
            double Channel(int channel) => pixels[(((((image * 3) + channel) * 20) + row) * 23) + column];
            return 16 + (65.481 * Channel(0)) + (128.553 * Channel(1)) + (24.966 * Channel(2));
        }
    }

    [Fact]
    public void Studio_range_is_1_3_decibels_above_full_range()
    {
        (Tensor x, Tensor y) = (Image * 255, Reference * 255);
        Psnr psnr = new(ImageRange.Byte) { Luma = Luma.Matlab, Border = 4 };
        Psnr full = psnr with { Luma = Luma.Bt601 };
        Assert.Equal(20 * Math.Log10(255.0 / 219), psnr.Of(x, y) - full.Of(x, y), 2);
    }

    [Fact]
    public void Other_metrics_measure_luma_without_the_border_too()
    {
        Tensor x = Luma.Matlab.Apply("Test", Image, ImageRange.ZeroOne).Narrow(2, 3, 14).Narrow(3, 3, 17);
        Tensor y = Luma.Matlab.Apply("Test", Reference, ImageRange.ZeroOne).Narrow(2, 3, 14).Narrow(3, 3, 17);
        SsimIndex ssim = new(ImageRange.ZeroOne) { Luma = Luma.Matlab, Border = 3 };
        Assert.Equal(new SsimIndex(ImageRange.ZeroOne).Of(x, y), ssim.Of(Image, Reference), 12);
        Assert.Equal(new Shape(2, 1, 4, 7), ssim.Map(Image, Reference).Shape);
        Psnr pooled = new(ImageRange.ZeroOne, pooled: true);
        Assert.Equal(
            pooled.Of(x, y), (pooled with { Luma = Luma.Matlab, Border = 3 }).Of(Image, Reference), 12);
    }

    [Fact]
    public void Mistakes_name_the_fix()
    {
        Says<ShapeException>("[2, 1, 20, 23]", "Use Luma.None", static () =>
            new Psnr(ImageRange.ZeroOne) { Luma = Luma.Bt601 }.Of(Image.Narrow(1, 0, 1), Reference.Narrow(1, 0, 1)));
        Psnr wide = new(ImageRange.ZeroOne) { Border = 10 };
        Says<ShapeException>("border of 10", "Decrease Border", () => wide.Of(Image, Reference));
        Says<ArgumentOutOfRangeException>("Border", "0", static () => new Psnr(ImageRange.ZeroOne) { Border = -1 });
    }

    [Theory]
    [InlineData(20, 23)]
    [InlineData(9, 8)]
    [InlineData(3, 3)]
    public void Gmsd_is_the_definition(int height, int width)
    {
        double[] x = Bytes(1, height, width);
        double[] y = Bytes(2, height, width);
        Tensor image = Tensor.From(x, [1, height, width]);
        Tensor reference = Tensor.From(y, [1, height, width]);
        double expected = Deviation(Magnitudes(x, height, width), Magnitudes(y, height, width));
        Assert.Equal(expected, new Gmsd(ImageRange.Byte).Of(image, reference), 12);
        Assert.Equal(expected, new Gmsd(ImageRange.ZeroOne).Of(image / 255, reference / 255), 12);
    }

    [Fact]
    public void Gmsd_is_0_and_finite_for_equal_and_flat_images()
    {
        Gmsd metric = new(ImageRange.ZeroOne);
        Assert.Equal(0, metric.Of(Image, Image));
        Tensor flat = Tensor.Full([1, 3, 16, 16], 0.5, DType.Float64);
        Assert.Equal(0, metric.Of(flat, flat));
        Assert.InRange(metric.Of(flat, Tensor.Full([1, 3, 16, 16], 0.25, DType.Float64)), 0, 1);
        Assert.Equal((metric with { Luma = Luma.Bt601 }).Of(Image, Reference), metric.Of(Image, Reference), 12);
        Says<ShapeException>("[1, 4, 9, 9]", "RGB", () => metric.Of(Tensor.Zeros([1, 4, 9, 9]), Tensor.Zeros([1, 4, 9, 9])));
    }

    static Tensor InRange(Tensor unit, ImageRange range) => (unit * range.Extent()) + range.Black();

    static double[] Bytes(ulong seed, int height, int width) =>
        (Tensor.Rand([height, width], DType.Float64, new RandomStream(seed)) * 255).ToArray<double>();

    /// <summary>Returns the gradient magnitudes of the halved image, with zeros beyond its border.</summary>
    static double[,] Magnitudes(double[] pixels, int height, int width)
    {
        double[,] magnitudes = new double[(height + 1) / 2, (width + 1) / 2];
        for (int i = 0; i < magnitudes.GetLength(0); i++)
        {
            for (int j = 0; j < magnitudes.GetLength(1); j++)
            {
                double across = 0;
                double down = 0;
                for (int k = -1; k <= 1; k++)
                {
                    across += (Half(i + k, j - 1) - Half(i + k, j + 1)) / 3;
                    down += (Half(i - 1, j + k) - Half(i + 1, j + k)) / 3;
                }

                magnitudes[i, j] = Math.Sqrt((across * across) + (down * down));
            }
        }

        return magnitudes;

        double Half(int i, int j) => i < 0 || j < 0
            ? 0
            : (At(2 * i, 2 * j) + At((2 * i) + 1, 2 * j) + At(2 * i, (2 * j) + 1) + At((2 * i) + 1, (2 * j) + 1)) / 4;

        double At(int row, int column) => row < height && column < width ? pixels[(row * width) + column] : 0;
    }

    static double Deviation(double[,] x, double[,] y)
    {
        double[] similarity = [.. x.Cast<double>().Zip(y.Cast<double>(), static (a, b) => ((2 * a * b) + 170) / ((a * a) + (b * b) + 170))];
        double mean = similarity.Average();
        return Math.Sqrt(similarity.Sum(s => (s - mean) * (s - mean)) / similarity.Length);
    }

    static void Says<T>(string what, string fix, Action act)
        where T : Exception
    {
        string message = Assert.ThrowsAny<T>(act).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(fix, message, StringComparison.Ordinal);
    }
}
