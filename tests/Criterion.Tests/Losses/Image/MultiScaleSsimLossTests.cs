using Criterion.Losses;
using Criterion.Metrics;

namespace Criterion.Tests.Losses.Image;

public class MultiScaleSsimLossTests : ImageLossContract
{
    static readonly double[] Weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    // A small window, so that central differences have few pixels to go through.
    protected override Loss Default =>
        new MultiScaleSsimLoss(ImageRange.ZeroOne, scales: 3, negative: NegativeContrast.KeepSign)
        {
            Options = new() { WindowSize = 3, Sigma = 0.8 },
        };

    protected override IEnumerable<int[]> Sizes => [[1, 1, 9, 9], [2, 3, 13, 12], [3, 1, 17, 40]];

    protected override IEnumerable<int[]> SmallSizes => [[2, 1, 9, 10]];

    [Fact]
    public void Oracle()
    {
        Tensor x = Wave(0.05, 0.031);
        Tensor y = ((x * 0.85) + 0.1 + (((Wave(0.9, 1.1) * 2) - 1) * 0.05)).Clamp(0, 1);
        Assert.Equal(0.925629655080, new MultiScaleSsim(ImageRange.ZeroOne).Of(x, y), 1e-11);
        Assert.Equal(1 - 0.925629655080, new MultiScaleSsimLoss(ImageRange.ZeroOne).Forward(x, y).Item(), 1e-11);
        Assert.Equal(0.563442129131, new SsimIndex(ImageRange.ZeroOne).Of(x, y), 1e-11);
    }

    [Fact]
    public void Images_that_are_too_small_are_an_error_that_names_161_or_have_fewer_scales()
    {
        (Tensor x, Tensor y) = (Pictures.X(160), Pictures.Z(160));
        Assert.Contains(
            "sides must be at least 161 ",
            Assert.Throws<ShapeException>(() => new MultiScaleSsimLoss(ImageRange.ZeroOne).Forward(x, y)).Message,
            StringComparison.Ordinal);
        MultiScaleSsimLoss reduced = new(ImageRange.ZeroOne, autoReduceScales: true);
        Assert.Equal(new MultiScaleSsimLoss(ImageRange.ZeroOne, scales: 4).Forward(x, y).Item(), reduced.Forward(x, y).Item(), 1e-12);
        Assert.Equal(
            new SsimLoss(ImageRange.ZeroOne).Forward(x[.., .., ..11], y[.., .., ..11]).Item(),
            reduced.Forward(x[.., .., ..11], y[.., .., ..11]).Item(),
            1e-12);
        Assert.Contains(
            "sides must be at least 11 ",
            Assert.Throws<ShapeException>(() => reduced.Forward(x[.., .., ..10], y[.., .., ..10])).Message,
            StringComparison.Ordinal);
        Assert.True(double.IsFinite(
            new MultiScaleSsimLoss(ImageRange.ZeroOne).Forward(Tensor.Zeros([1, 1, 161, 161]), Tensor.Zeros([1, 1, 161, 161])).Item()));
    }

    [Fact]
    public void Anti_correlated_images_follow_the_policy()
    {
        Tensor x = Tensor.Rand([1, 2, 24, 24], DType.Float64, Random);
        Tensor[] pair = Leaves([x, 1 - x]);
        MultiScaleSsimLoss relu = new(ImageRange.ZeroOne, scales: 2, autoReduceScales: true);
        Tensor loss = relu.Forward(pair[0], pair[1]);
        loss.Backward();
        Assert.Equal(1, loss.Item());
        Assert.Equal(0, pair[0].Grad!.Abs().Max().Item());

        Tensor[] again = Leaves([x, 1 - x]);
        Tensor signed = (relu with { Negative = NegativeContrast.KeepSign }).Forward(again[0], again[1]);
        signed.Backward();
        Assert.True(double.IsFinite(signed.Item()) && again[0].Grad!.Abs().Max().Item() is > 1e-6 and < 1e3);

        string message = Assert.Throws<LossException>(() => (relu with { Negative = NegativeContrast.Throw }).Forward(x, 1 - x)).Message;
        Assert.Contains("image 0, channel 0", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.0448)]
    public void Power_is_bounded_where_it_bends(double exponent)
    {
        var power = new MultiScaleSimilarity.BoundedPower(exponent, keepSign: false);
        Tensor x = Tensor.From<double>([-1, -1e-9, 0, 1e-9, 0.9999e-4, 1e-4, 0.5, 1]);
        x.RequiresGrad = true;
        Tensor y = Formula(power, x);
        y.Sum().Backward();
        double[] values = y.ToArray<double>();
        Assert.Equal([0, 0, 0], values[..3]);
        Assert.Equal(values[4], values[5], 1e-4);
        Assert.Equal(Math.Pow(0.5, exponent), values[6], 1e-15);
        Assert.Equal(1, values[7]);
        Assert.True(x.Grad!.Max().Item() <= Math.Pow(1e-4, exponent - 1) * 1.000001);
        Assert.Equal(-1, Formula(new MultiScaleSimilarity.BoundedPower(exponent, keepSign: true), x).ToArray<double>()[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Scales_without_weights_are_an_error(int scales)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiScaleSsimLoss(ImageRange.ZeroOne, scales));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiScaleSsim(ImageRange.ZeroOne, scales));
    }

    protected override double Reference(Plain[] images)
    {
        SsimOptions options = new() { WindowSize = 3, Sigma = 0.8 };
        double sum = Weights[..3].Sum();
        return 1 - Enumerable.Range(0, images[0].Channels).Average(c =>
        {
            (Plain x, Plain y) = (images[0], images[1]);
            double product = 1;
            for (int scale = 0; scale < 3; scale++)
            {
                (double similarity, double contrast) = PlainSsim.Channel(x, y, c, options, ImageRange.ZeroOne);
                double term = scale == 2 ? similarity : contrast;
                double size = Math.Abs(term);
                double weight = Weights[scale] / sum;
                product *= Math.Sign(term) * (size < 1e-4 ? size * Math.Pow(1e-4, weight - 1) : Math.Pow(size, weight));
                (x, y) = (Halved(x), Halved(y));
            }

            return product;
        });
    }

    static Tensor Formula(MultiScaleSimilarity.BoundedPower power, Tensor x) => TensorFormula.Map(power, x);

    static Plain Halved(Plain x)
    {
        (int height, int width) = ((x.Height + 1) / 2, (x.Width + 1) / 2);
        double At(int c, int i, int j) => x[c, Math.Min(i, x.Height - 1), Math.Min(j, x.Width - 1)];
        double[] values = [.. from c in Enumerable.Range(0, x.Channels)
                              from i in Enumerable.Range(0, height)
                              from j in Enumerable.Range(0, width)
                              select (At(c, 2 * i, 2 * j) + At(c, 2 * i, (2 * j) + 1)
                                  + At(c, (2 * i) + 1, 2 * j) + At(c, (2 * i) + 1, (2 * j) + 1)) / 4];
        return new(x.Channels, height, width, values);
    }

    static Tensor Wave(double down, double across) => Tensor.From(
        [.. from i in Enumerable.Range(0, 176) from j in Enumerable.Range(0, 176) select 0.5 + (0.5 * Math.Sin((i * down) + (j * across)))],
        [1, 1, 176, 176]);
}
