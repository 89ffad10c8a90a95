using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Metrics;

/// <summary>Measures of image quality: luma, border, GMSD and VIF.</summary>
public class ImageQualityTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("quality");

    public static TheoryData<ImageMetric> Metrics =>
    [
        new Psnr(ImageRange.ZeroOne), new SsimIndex(ImageRange.ZeroOne), new MultiScaleSsim(ImageRange.ZeroOne, autoReduceScales: true),
        new Gmsd(ImageRange.ZeroOne), new Vif(ImageRange.ZeroOne),
    ];

    /// <summary>The same of luma, for RGB images.</summary>
    public static TheoryData<ImageMetric> ColourMetrics =>
    [
        .. Metrics.Select(static row => row.Data).SelectMany(static metric =>
            (ImageMetric[])[metric, metric with { Luma = Luma.Matlab, Border = 1 }]),
    ];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_the_published_formula(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("quality", op, name);
        Tensor[] x = golden.Inputs();
        GoldenAssert.Close(golden.Output, Make(golden).PerImage(x[0], x[1]), op, 1e-8);
    }

    [Theory]
    [InlineData(Luma.None)]
    [InlineData(Luma.Matlab)]
    [InlineData(Luma.Bt601)]
    [InlineData(Luma.Yiq)]
    public void Range_of_the_images_does_not_matter(Luma luma)
    {
        (Tensor x, Tensor y) = (Image(1, 3), Image(2, 3));
        double unit = (new Psnr(ImageRange.ZeroOne) with { Luma = luma }).Of(x, y);
        Assert.Equal(unit, (new Psnr(ImageRange.Byte) with { Luma = luma }).Of(x * 255, y * 255), 1e-9);
        Assert.Equal(unit, (new Psnr(ImageRange.MinusOneOne) with { Luma = luma }).Of((x * 2) - 1, (y * 2) - 1), 1e-9);
    }

    [Fact]
    public void Luma_of_16_to_235_has_a_larger_ratio_by_its_smaller_extent()
    {
        (Tensor x, Tensor y) = (Image(1, 1).Expand(1, 3, 44, 45), Image(2, 1).Expand(1, 3, 44, 45));
        double full = (new Psnr(ImageRange.ZeroOne) with { Luma = Luma.Bt601 }).Of(x, y);
        double matlab = (new Psnr(ImageRange.ZeroOne) with { Luma = Luma.Matlab }).Of(x, y);
        Assert.Equal(full + (20 * Math.Log10(255.0 / 219)), matlab, 1e-9);
        Assert.Equal(new Psnr(ImageRange.ZeroOne).Of(x, y), full, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_border_is_set_aside(ImageMetric metric)
    {
        (Tensor x, Tensor y) = (Image(1, 1), Like(Image(1, 1), 2));
        Tensor marked = y.Clone();
        marked.Narrow(2, 0, 1).Fill(1);
        ImageMetric inner = metric with { Border = 1 };
        Assert.Equal(inner.Of(x, y), inner.Of(x, marked));
        Assert.NotEqual(metric.Of(x, y), metric.Of(x, marked));
        Assert.Equal(metric.Of(x.Narrow(2, 1, 42).Narrow(3, 1, 43), y.Narrow(2, 1, 42).Narrow(3, 1, 43)), inner.Of(x, y));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void NaN_shows(ImageMetric metric)
    {
        foreach (bool first in (bool[])[false, true])
        {
            (Tensor x, Tensor y) = (Image(1, 1), Image(2, 1));
            (first ? x : y)[0, 0, 20, 20] = Tensor.Scalar(double.NaN);
            Assert.True(double.IsNaN(metric.Of(x, y)));
        }
    }

    [Theory]
    [MemberData(nameof(ColourMetrics))]
    public void Each_image_counts_by_itself_in_any_type_and_layout(ImageMetric metric)
    {
        Tensor x = Tensor.Cat([Image(1, 3), Image(2, 3), Image(3, 3)]);
        Tensor y = Like(x, 4);
        double[] each = [.. Enumerable.Range(0, 3).Select(i => metric.Of(x[i], y[i]))];
        Assert.Equal(each, metric.PerImage(x, y).ToArray<double>(), Equal);
        Tensor order = Tensor.From<long>(2, 0, 1);
        double[] reordered = metric.PerImage(x.IndexSelect(0, order), y.IndexSelect(0, order)).ToArray<double>();
        Assert.Equal([each[2], each[0], each[1]], reordered, Equal);
        Tensor view = x.Transpose().Contiguous().Transpose();
        Assert.False(view.IsContiguous);
        Assert.Equal(each, metric.PerImage(view, y).ToArray<double>(), Equal);
        (Tensor single, Tensor reference) = (x.To(DType.Float32), y.To(DType.Float32));
        double twice = metric.Of(single.To(DType.Float64), reference.To(DType.Float64));
        Assert.Equal(twice, metric.Of(single, reference), 1e-12);
        Assert.Equal(each.Average(), twice, 1e-5);

        static bool Equal(double a, double b) => Math.Abs(a - b) < 1e-12;
    }

    [Theory]
    [MemberData(nameof(ColourMetrics))]
    public void Wrong_shapes_and_values_are_named_and_no_image_is_an_error(ImageMetric metric)
    {
        (Tensor x, Tensor y) = (Image(1, 3), Image(2, 3));
        string shapes = Assert.Throws<ShapeException>(() => metric.Of(x, y.Narrow(2, 0, 43))).Message;
        Assert.Contains("[1, 3, 44, 45]", shapes, StringComparison.Ordinal);
        Assert.Contains("[1, 3, 43, 45]", shapes, StringComparison.Ordinal);
        Assert.Contains("1.5", Assert.Throws<LossException>(() => metric.Of(x, y + 1.5 - y)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<CriterionException>(() => metric.Of(x.Narrow(0, 0, 0), y.Narrow(0, 0, 0)));
    }

    [Fact]
    public void Equal_and_flat_images_are_finite()
    {
        Tensor x = Image(1, 3);
        Tensor flat = Tensor.Full([1, 3, 44, 45], 0.5, DType.Float64);
        foreach (Tensor image in (Tensor[])[x, flat, Tensor.ZerosLike(x), Tensor.OnesLike(x)])
        {
            Assert.Equal(0, new Gmsd(ImageRange.ZeroOne).Of(image, image), 1e-12);
            Assert.Equal(1, new Vif(ImageRange.ZeroOne).Of(image, image), 1e-6);
        }

        Assert.InRange(new Vif(ImageRange.ZeroOne).Of(flat, x), 0, 1e-6);
        Assert.True(double.IsFinite(new Vif(ImageRange.ZeroOne).Of(x, flat)));
        Assert.True(double.IsFinite(new Gmsd(ImageRange.ZeroOne).Of(x, flat)));
    }

    [Fact]
    public void Wrong_images_and_options_are_errors()
    {
        (Tensor gray, Tensor four) = (Image(1, 1), Image(1, 4));
        Assert.Contains("RGB", Assert.Throws<ShapeException>(
            () => (new Psnr(ImageRange.ZeroOne) with { Luma = Luma.Matlab }).Of(gray, gray)).Message);
        Assert.Throws<ShapeException>(() => new Gmsd(ImageRange.ZeroOne).Of(four, four));
        Assert.Throws<ShapeException>(() => new Vif(ImageRange.ZeroOne).Of(gray.Narrow(2, 0, 40), gray.Narrow(2, 0, 40)));
        Assert.Throws<ShapeException>(() => (new Psnr(ImageRange.ZeroOne) with { Border = 22 }).Of(gray, gray));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Psnr(ImageRange.ZeroOne) with { Border = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Vif(ImageRange.ZeroOne, 0));
    }

    static Tensor Image(int seed, int channels) => Tensor.Rand([1, channels, 44, 45], DType.Float64, new RandomStream((ulong)seed));

    static Tensor Like(Tensor image, ulong seed) => (image + Tensor.Rand(image.Shape, DType.Float64, new RandomStream(seed))) / 2;

    static ImageMetric Make(GoldenCase golden)
    {
        GoldenArgs a = golden.Args;
        ImageMetric metric = golden.Op switch
        {
            "psnr" => new Psnr(ImageRange.Byte),
            "ssim" => new SsimIndex(ImageRange.Byte, SsimPreset.Wang2004),
            "gmsd" => new Gmsd(ImageRange.Byte),
            _ => new Vif(ImageRange.Byte, a.Double("noise", 2)),
        };
        return metric with { Luma = Enum.Parse<Luma>(a.Text("luma", "None")), Border = a.Int("border", 0) };
    }
}
