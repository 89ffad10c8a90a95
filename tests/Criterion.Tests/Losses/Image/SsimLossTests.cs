using Criterion.Losses;
using Criterion.Metrics;

namespace Criterion.Tests.Losses.Image;

/// <summary>What holds for structural similarity by any convention.</summary>
public abstract class SsimContract : ImageLossContract
{
    protected abstract SsimPreset Preset { get; }

    protected override Loss Default => new SsimLoss(Range!.Value, Preset);

    protected override double Reference(Plain[] images) => 1 - PlainSsim.Value(images[0], images[1], SsimOptions.Of(Preset), Range!.Value);

    [Fact]
    public void Index_is_one_minus_the_loss()
    {
        Tensor[] inputs = Draw(Sizes.Last(), Random);
        SsimIndex index = new(Range!.Value, Preset);
        Near(1 - Loss(inputs, Reduction.None), index.PerImage(inputs[0], inputs[1]));
        Assert.Equal(1 - Loss(inputs).Item(), index.Of(inputs[0], inputs[1]), 1e-12);
        Assert.Equal(index.PerImage(inputs[0], inputs[1])[0].Item(), index.Map(inputs[0], inputs[1])[0].Mean().Item(), 1e-12);
    }

    [Fact]
    public void Identical_images_have_loss_0_and_it_is_symmetric()
    {
        Tensor[] inputs = Draw(Sizes.Last(), Random);
        Assert.Equal(0, Loss([inputs[0], inputs[0]]).Item(), 1e-4);
        Near(Loss(inputs), Loss([inputs[1], inputs[0]]));
    }
}

public class SsimLossTests : SsimContract
{
    protected override SsimPreset Preset => SsimPreset.Wang2004;

    [Fact]
    public void Oracles()
    {
        SsimIndex index = new(ImageRange.ZeroOne);
        Tensor x = Pictures.X(32);
        Assert.Equal(-0.003343568339, index.Of(x, Pictures.Y(32)), 1e-11);
        Assert.Equal(0.994485700894, index.Of(x, Pictures.Z(32)), 1e-11);
        Assert.Equal(-0.981779145660, index.Of(x, 1 - x), 1e-11);
        Assert.Equal(0.528390869647, index.Of(Flat(0.2), Flat(0.7)), 1e-11);
    }

    [Fact]
    public void Flat_images_have_the_gradient_of_the_luminance_term()
    {
        // 1 − (2 a b + C₁) / (a² + b² + C₁) moved by every pixel alike.
        Tensor[] x = Leaves([Flat(0.2), Flat(0.7)]);
        Loss(x).Backward();
        (double above, double below) = ((2 * 0.14) + 1e-4, 0.04 + 0.49 + 1e-4);
        Assert.Equal(-((1.4 * below) - (above * 0.4)) / (below * below), x[0].Grad!.Sum().Item(), 1e-9);
    }

    [Fact]
    public void One_picture_has_one_similarity_in_every_range()
    {
        (Tensor x, Tensor y) = (Pictures.X(20), Pictures.Y(20) * 0.8);
        double expected = new SsimLoss(ImageRange.ZeroOne).Forward(x, y).Item();
        Assert.Equal(expected, new SsimLoss(ImageRange.MinusOneOne).Forward((x * 2) - 1, (y * 2) - 1).Item(), 1e-11);
        Assert.Equal(expected, new SsimLoss(ImageRange.Byte).Forward(x * 255, y * 255).Item(), 1e-11);
    }

    [Fact]
    public void Halved_loss_is_half() => Assert.Equal(
        new SsimLoss(ImageRange.ZeroOne).Forward(Pictures.X(20), Pictures.Y(20)).Item() / 2,
        new SsimLoss(ImageRange.ZeroOne, halved: true).Forward(Pictures.X(20), Pictures.Y(20)).Item(),
        1e-14);

    [Fact]
    public void Bytes_are_images_too() => Assert.Equal(
        new SsimIndex(ImageRange.ZeroOne).Of(Pictures.X(20), Pictures.Y(20)),
        new SsimIndex(ImageRange.Byte).Of((Pictures.X(20) * 255).To(DType.UInt8), (Pictures.Y(20) * 255).To(DType.UInt8)),
        0.01);

    [Theory]
    [InlineData(SsimPreset.Wang2004, 10, 11)]
    [InlineData(SsimPreset.ScikitImage, 6, 7)]
    [InlineData(SsimPreset.Torchmetrics, 5, 6)]
    [InlineData(SsimPreset.Box3, 2, 3)]
    public void Images_smaller_than_the_window_are_an_error_that_names_the_least_side(SsimPreset preset, int side, int least)
    {
        Tensor x = Tensor.Zeros([1, 1, side, 40]);
        Assert.Contains(
            $"sides must be at least {least} ",
            Assert.Throws<ShapeException>(() => new SsimLoss(ImageRange.ZeroOne, preset).Forward(x, x)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            $"sides must be at least {least} ",
            Assert.Throws<ShapeException>(() => new SsimIndex(ImageRange.ZeroOne, preset).Of(x, x)).Message,
            StringComparison.Ordinal);
        Tensor fits = Tensor.Zeros([1, 1, least, least]);
        Assert.Equal(0, new SsimLoss(ImageRange.ZeroOne, preset).Forward(fits, fits).Item(), 1e-6);
    }

    /// <summary>An image whose border alone is black: torchmetrics looks at it since version 1.5.</summary>
    [Theory]
    [Trait("Case", "ssim-torchmetrics-version")]
    [InlineData(SsimPreset.Torchmetrics, 0.8815960)]
    [InlineData(SsimPreset.Wang2004, 0.9996376)]
    public void A_black_border_counts_in_torchmetrics_since_1_5(SsimPreset preset, double expected)
    {
        int[] sides = [.. Enumerable.Range(0, 32)];
        Tensor x = Tensor.From([.. from i in sides from j in sides select ((7 * i) + (13 * j)) % 32 / 31.0], [1, 1, 32, 32]);
        Tensor y = x.Slice(2, 1, 31).Slice(3, 1, 31).Pad([1, 1, 1, 1]);
        Assert.Equal(expected, new SsimIndex(ImageRange.ZeroOne, preset).Of(x, y), 5e-8);
    }

    [Fact]
    public void Own_options_take_the_place_of_a_preset()
    {
        SsimOptions options = SsimOptions.Of(SsimPreset.ScikitImage);
        Assert.Equal(
            new SsimLoss(ImageRange.ZeroOne, SsimPreset.ScikitImage).Forward(Pictures.X(20), Pictures.Y(20)).Item(),
            new SsimLoss(ImageRange.ZeroOne) { Options = options }.Forward(Pictures.X(20), Pictures.Y(20)).Item());
        Assert.Equal(options, options with { K1 = 0.01 });
    }

    [Fact]
    public void Bad_options_are_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SsimOptions { WindowSize = 10 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SsimOptions { Sigma = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SsimOptions { Stride = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SsimOptions { K1 = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SsimOptions { K2 = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SsimOptions { Epsilon = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => SsimOptions.Of((SsimPreset)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => ((ImageRange)9).Black());
    }

    [Fact]
    public void Blocks_are_averaged_for_large_images_of_PIQ()
    {
        Tensor x = Tensor.Rand([1, 1, 390, 400], DType.Float64, Random);
        Tensor y = Tensor.Rand([1, 1, 390, 400], DType.Float64, Random.Fork(1));
        Assert.Equal(
            new SsimIndex(ImageRange.ZeroOne).Of(x.AvgPool2d(2), y.AvgPool2d(2)),
            new SsimIndex(ImageRange.ZeroOne, SsimPreset.Piq).Of(x, y),
            1e-12);
        Assert.Equal(
            new SsimIndex(ImageRange.ZeroOne).Of(x[.., .., ..300], y[.., .., ..300]),
            new SsimIndex(ImageRange.ZeroOne, SsimPreset.Piq).Of(x[.., .., ..300], y[.., .., ..300]),
            1e-12);
    }
}

public class SsimByteTests : SsimContract
{
    protected override SsimPreset Preset => SsimPreset.Wang2004;

    protected override ImageRange? Range => ImageRange.Byte;

    protected override IEnumerable<int[]> SmallSizes => [[1, 1, 11, 11]];
}

public class SsimMinusOneOneTests : SsimContract
{
    protected override SsimPreset Preset => SsimPreset.Wang2004;

    protected override ImageRange? Range => ImageRange.MinusOneOne;

    protected override IEnumerable<int[]> SmallSizes => [[1, 1, 11, 11]];
}

public class SsimScikitImageTests : SsimContract
{
    protected override SsimPreset Preset => SsimPreset.ScikitImage;
}

public class SsimReflectTests : SsimContract
{
    protected override SsimPreset Preset => SsimPreset.Kornia;

    protected override IEnumerable<int[]> SmallSizes => [[2, 1, 6, 9]];

    protected override IEnumerable<int[]> Sizes => [[1, 1, 6, 8], [2, 2, 13, 12], [3, 1, 17, 40]];
}

public class SsimBox3Tests : SsimContract
{
    protected override SsimPreset Preset => SsimPreset.Box3;

    protected override IEnumerable<int[]> SmallSizes => [[2, 1, 4, 5], [1, 2, 3, 3]];
}

public class SsimArticleTests : SsimContract
{
    protected override SsimPreset Preset => SsimPreset.Article;

    protected override IEnumerable<int[]> SmallSizes => [[2, 1, 4, 5], [1, 1, 6, 7]];

    protected override IEnumerable<int[]> Sizes => [[1, 1, 7, 8], [2, 3, 12, 13], [1, 1, 11, 40]];
}
