using Criterion.Losses;
using Criterion.Metrics;

namespace Criterion.Tests.Losses.Image;

public class PsnrLossTests : ImageLossContract
{
    protected override Loss Default => new PsnrLoss(ImageRange.ZeroOne);

    protected override IEnumerable<int[]> Sizes => [[1, 1, 6, 5], [3, 3, 13, 12], [2, 1, 150, 160]];

    protected override IEnumerable<int[]> SmallSizes => [[2, 2, 2, 3]];

    [Fact]
    public void Oracles()
    {
        Tensor x = Pictures.X(32);
        Psnr psnr = new(ImageRange.ZeroOne);
        Assert.Equal(7.446772845398, psnr.Of(x, Pictures.Y(32)), 1e-11);
        Assert.Equal(30.520290000040, psnr.Of(x, Pictures.Z(32)), 1e-11);
        Assert.Equal(-30.520290000040, new PsnrLoss(ImageRange.ZeroOne).Forward(x, Pictures.Z(32)).Item(), 1e-11);
        Assert.Equal(30.520290000040, new Psnr(ImageRange.Byte).Of(x * 255, Pictures.Z(32) * 255), 1e-11);
        Assert.Equal(30.520290000040, new Psnr(ImageRange.MinusOneOne).Of((x * 2) - 1, (Pictures.Z(32) * 2) - 1), 1e-11);
    }

    [Fact]
    public void Identical_images_are_infinite_for_the_metric_and_capped_for_the_loss()
    {
        Tensor x = Pictures.X(8);
        Assert.Equal(double.PositiveInfinity, new Psnr(ImageRange.ZeroOne).Of(x, x));
        Assert.Equal(60, new Psnr(ImageRange.ZeroOne, cap: 60).Of(x, x));
        Tensor[] leaves = Leaves([x, x]);
        Tensor loss = Loss(leaves);
        loss.Backward();
        Assert.Equal(-100, loss.Item(), 1e-10);
        Assert.Equal(0, leaves[0].Grad!.Abs().Max().Item());
    }

    [Fact]
    public void Mean_of_ratios_and_ratio_of_the_pooled_error_differ()
    {
        Tensor x = Tensor.Cat([Flat(0.5), Flat(0.5)]);
        Tensor y = Tensor.Cat([Flat(0.6), Flat(0.501)]);
        Psnr pooled = new(ImageRange.ZeroOne, pooled: true);
        double error = (0.01 + 1e-6) / 2;
        Assert.Equal((20 + 60) / 2.0, new Psnr(ImageRange.ZeroOne).Of(x, y), 1e-9);
        Assert.Equal(-10 * Math.Log10(error), pooled.Of(x, y), 1e-9);
        Assert.Equal(10 * Math.Log10(error), new PsnrLoss(ImageRange.ZeroOne, pooled: true).Forward(x, y).Item(), 1e-9);
    }

    [Fact]
    public void Score_over_batches_is_that_of_all_images()
    {
        Tensor[] x = Draw([7, 1, 6, 6], Random);
        ImageMetric[] metrics =
        [
            new Psnr(ImageRange.ZeroOne),
            new Psnr(ImageRange.ZeroOne, pooled: true),
            new SsimIndex(ImageRange.ZeroOne, SsimPreset.Box3),
        ];
        foreach (ImageMetric metric in metrics)
        {
            ImageScore first = new(metric);
            ImageScore second = new(metric);
            first.Add(x[0][..2], x[1][..2]);
            first.Add(x[0][2..3], x[1][2..3]);
            second.Add(x[0][3..], x[1][3..]);
            first.Add(second);
            Assert.Equal(7, first.Count);
            Assert.Equal(metric.Of(x[0], x[1]), first.Value, 1e-11);
        }

        Assert.Throws<LossException>(() => new ImageScore(new Psnr(ImageRange.ZeroOne)).Value);
    }

    [Fact]
    public void Metric_holds_no_graph()
    {
        Tensor[] x = Leaves(Draw([2, 1, 4, 4], Random));
        Assert.False(new Psnr(ImageRange.ZeroOne).PerImage(x[0], x[1]).RequiresGrad);
        Assert.False(new SsimIndex(ImageRange.ZeroOne, SsimPreset.Box3).PerImage(x[0], x[1]).RequiresGrad);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void Cap_that_caps_nothing_is_an_error(double cap) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PsnrLoss(ImageRange.ZeroOne, cap));

    protected override double Reference(Plain[] images) =>
        10 * Math.Log10(images[0].Mean((c, i, j) => Math.Pow(images[0][c, i, j] - images[1][c, i, j], 2)));
}
