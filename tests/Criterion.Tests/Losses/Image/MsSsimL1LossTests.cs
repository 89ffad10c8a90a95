using Criterion.Losses;

namespace Criterion.Tests.Losses.Image;

public class MsSsimL1LossTests : ImageLossContract
{
    protected override Loss Default => new MsSsimL1Loss(ImageRange.ZeroOne);

    protected override IEnumerable<int[]> Sizes => [[1, 1, 6, 5], [2, 3, 7, 9], [2, 1, 12, 20]];

    protected override IEnumerable<int[]> SmallSizes => [[2, 1, 4, 5]];

    [Fact]
    public void Identical_images_have_loss_0() => Assert.Equal(0, Loss([Pictures.X(12), Pictures.X(12)]).Item(), 1e-12);

    [Fact]
    public void Scale_and_alpha_mix_the_parts()
    {
        Tensor[] x = Draw([2, 3, 8, 8], Random);
        double One(double alpha, double scale) => new MsSsimL1Loss(ImageRange.ZeroOne, alpha, scale).Forward(x[0], x[1]).Item();
        Assert.Equal(200 * ((0.025 * One(1, 1)) + (0.975 * One(0, 1))), One(0.025, 200), 1e-10);
    }

    [Theory]
    [InlineData(-0.1, 1)]
    [InlineData(1.1, 1)]
    [InlineData(0.5, 0)]
    public void Bad_options_are_errors(double alpha, double scale) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MsSsimL1Loss(ImageRange.ZeroOne, alpha, scale));

    // Pixel by pixel: the window of every width around it, the product over widths and channels, and the blurred error.
    protected override double Reference(Plain[] images)
    {
        (Plain x, Plain y) = (images[0], images[1]);
        double sum = 0;
        for (int i = 0; i < x.Height; i++)
        {
            for (int j = 0; j < x.Width; j++)
            {
                sum += Pixel(x, y, i, j);
            }
        }

        return sum / (x.Height * x.Width);
    }

    static double Pixel(Plain x, Plain y, int i, int j)
    {
        double product = 1;
        double error = 0;
        for (int c = 0; c < x.Channels; c++)
        {
            foreach (double sigma in new[] { 0.5, 1, 2, 4, 8 })
            {
                (double luminance, double contrast, double difference) = Window(x, y, c, i, j, sigma);
                product *= sigma == 8 ? luminance * contrast : contrast;
                error += sigma == 8 ? difference / x.Channels : 0;
            }
        }

        return (0.84 * (1 - product)) + (0.16 * error);
    }

    static (double Luminance, double Contrast, double Error) Window(Plain x, Plain y, int c, int i, int j, double sigma)
    {
        double[] line = [.. Enumerable.Range(-16, 33).Select(k => Math.Exp(-k * k / (2 * sigma * sigma)))];
        double total = line.Sum();
        double[] sums = new double[6];
        for (int down = -16; down <= 16; down++)
        {
            for (int across = -16; across <= 16; across++)
            {
                (int row, int column) = (i + down, j + across);
                if (row < 0 || column < 0 || row >= x.Height || column >= x.Width)
                {
                    continue;
                }

                double weight = line[down + 16] * line[across + 16] / (total * total);
                (double a, double b) = (x[c, row, column], y[c, row, column]);
                double[] terms = [a, b, a * a, b * b, a * b, Math.Abs(a - b)];
                for (int k = 0; k < 6; k++)
                {
                    sums[k] += weight * terms[k];
                }
            }
        }

        (double mx, double my) = (sums[0], sums[1]);
        double luminance = ((2 * mx * my) + 1e-4) / ((mx * mx) + (my * my) + 1e-4);
        double contrast = ((2 * (sums[4] - (mx * my))) + 9e-4) / (sums[2] - (mx * mx) + sums[3] - (my * my) + 9e-4);
        return (luminance, contrast, sums[5]);
    }
}
