using Criterion.Formats;
using Criterion.Losses;
using Criterion.Metrics;

namespace Criterion.Tests.Metrics;

/// <summary>Metrics and losses of images take one image [C, H, W] like a batch of one.</summary>
public class ImageShapeTests
{
    const int Side = 48;

    public static TheoryData<ImageMetric> Metrics =>
    [
        new Psnr(ImageRange.Byte), new Psnr(ImageRange.Byte, pooled: true), new SsimIndex(ImageRange.Byte),
        new SsimIndex(ImageRange.Byte, SsimPreset.Article), new MultiScaleSsim(ImageRange.Byte, autoReduceScales: true),
    ];

    public static TheoryData<IPredictionLoss> Losses =>
    [
        new PsnrLoss(ImageRange.Byte), new PsnrLoss(ImageRange.Byte, pooled: true), new SsimLoss(ImageRange.Byte),
        new MultiScaleSsimLoss(ImageRange.Byte, autoReduceScales: true), new MsSsimL1Loss(ImageRange.Byte), new GradientLoss(),
    ];

    [Theory]
    [MemberData(nameof(Metrics))]
    public void One_image_has_the_metric_of_a_batch_of_one(ImageMetric metric)
    {
        foreach (DType type in (DType[])[DType.UInt8, DType.Int64, DType.Float32, DType.Float64])
        {
            (Tensor x, Tensor y) = (Bytes(1).To(type), Bytes(2).To(type));
            double batched = metric.Of(x.Unsqueeze(0), y.Unsqueeze(0));
            Assert.InRange(batched, 1e-3, 50);
            Assert.Equal(batched, metric.Of(x, y));
            Assert.Equal(metric.PerImage(x.Unsqueeze(0), y.Unsqueeze(0)).ToArray<double>(), metric.PerImage(x, y).ToArray<double>());
            Assert.Equal(batched, metric.Of(Bytes(1).To(DType.Float64), Bytes(2).To(DType.Float64)));
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_score_counts_images_of_both_shapes(ImageMetric metric)
    {
        (Tensor a, Tensor b, Tensor c) = (Bytes(1), Bytes(2), Bytes(3));
        ImageScore one = new(metric);
        one.Add(a, c);
        one.Add(b, c);
        ImageScore batch = new(metric);
        batch.Add(Tensor.Stack([a, b]), Tensor.Stack([c, c]));
        Assert.Equal((2, 2), (one.Count, batch.Count));
        Assert.Equal(batch.Value, one.Value, 1e-12 * Math.Abs(one.Value));
    }

    [Fact]
    public void Images_from_files_are_compared_in_one_line()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            (string a, string b) = (Path.Combine(folder, "a.png"), Path.Combine(folder, "b.png"));
            Png.Write(a, Bytes(1));
            Png.Write(b, Bytes(2));
            double ssim = new SsimIndex(ImageRange.Byte).Of(Png.Read(a), Png.Read(b));
            Assert.Equal(new SsimIndex(ImageRange.Byte).Of(Bytes(1).Unsqueeze(0), Bytes(2).Unsqueeze(0)), ssim);
            Assert.Equal(1, new SsimIndex(ImageRange.Byte).Of(Png.Read(a), Png.Read(a)));
            Assert.Equal(double.PositiveInfinity, new Psnr(ImageRange.Byte).Of(Png.Read(a), Png.Read(a)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_map_of_one_image_is_a_batch_of_one()
    {
        SsimIndex ssim = new(ImageRange.Byte);
        Tensor map = ssim.Map(Bytes(1), Bytes(2));
        Assert.Equal(ssim.Map(Bytes(1).Unsqueeze(0), Bytes(2).Unsqueeze(0)).ToArray<double>(), map.ToArray<double>());
        Assert.Equal(1, map.Shape[0]);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void One_image_has_the_loss_and_gradient_of_a_batch_of_one(IPredictionLoss loss)
    {
        Tensor x = Bytes(1).To(DType.Float32), y = Bytes(2).To(DType.Float32);
        Tensor batch = x.Unsqueeze(0).Clone();
        (x.RequiresGrad, batch.RequiresGrad) = (true, true);
        (Tensor one, Tensor expected) = (loss.Forward(x, y), loss.Forward(batch, y.Unsqueeze(0)));
        one.Backward();
        expected.Backward();
        Assert.Equal(expected.Item(), one.Item());
        Assert.Equal(x.Shape, x.Grad!.Shape);
        Assert.Equal(batch.Grad!.ToArray<float>(), x.Grad!.ToArray<float>());
        Assert.Equal(expected.Item(), loss.Forward(Bytes(1), Bytes(2)).Item());
        (double value, float[] gradient) = loss.Evaluate(x.ToArray<float>(), y.ToArray<float>(), x.Shape);
        Assert.Equal(expected.Item(), value);
        Assert.Equal(batch.Grad!.ToArray<float>(), gradient);
    }

    [Fact]
    public void Total_variation_of_one_image_is_that_of_a_batch_of_one()
    {
        TotalVariationLoss loss = new(perPixel: true);
        Assert.Equal(loss.Forward(Bytes(1).Unsqueeze(0)).Item(), loss.Forward(Bytes(1)).Item());
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Without_reduction_one_image_is_one_loss(IPredictionLoss loss)
    {
        IPredictionLoss each = loss switch
        {
            PsnrLoss of => of with { Reduction = Reduction.None },
            GradientLoss of => of with { Reduction = Reduction.None },
            ImageLoss of => of with { Reduction = Reduction.None },
            _ => throw new ArgumentException($"{loss} is no loss of images."),
        };
        Assert.Equal([1], each.Forward(Bytes(1), Bytes(2)).Shape);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Other_ranks_are_errors_with_the_fix(ImageMetric metric)
    {
        Tensor gray = Tensor.Zeros([Side, Side]);
        ShapeException error = Assert.Throws<ShapeException>(() => metric.Of(gray, gray));
        Assert.Equal(
            $"{metric.GetType().Name}: image must be images [N, C, H, W] or one image [C, H, W], but is [48, 48]. "
            + "For a gray image [H, W] use image.Unsqueeze(0); for flattened images use image.Reshape(N, C, H, W).",
            error.Message);
        Assert.True(double.IsFinite(metric.Of(gray.Unsqueeze(0), gray.Unsqueeze(0) + 1)));
    }

    [Fact]
    public void Shapes_that_differ_are_errors_with_the_fix()
    {
        SsimIndex ssim = new(ImageRange.Byte);
        Assert.Equal(
            "SsimIndex: image [3, 48, 48] and reference [3, 40, 48] differ at dim 1. Images are never broadcast; "
            + "crop one of them, or resize reference in [N, C, H, W] by UpsampleBilinear2d(size, antialias: true).",
            Refusal(Bytes(1), Bytes(2).Narrow(1, 0, 40)));
        Assert.Equal(
            "SsimIndex: image [4, 48, 48] and reference [3, 48, 48] differ at dim 0. Images are never broadcast; "
            + "pass as many channels in both: Narrow(-3, 0, 3) drops the alpha of RGBA, Narrow(-3, 0, 1) that of gray.",
            Refusal(Tensor.Zeros([4, Side, Side]), Bytes(2)));
        Assert.EndsWith(
            "differ in rank. Images are never broadcast; pass two images [C, H, W] or two batches [N, C, H, W].",
            Refusal(Bytes(1), Bytes(2).Unsqueeze(0)));
        Assert.EndsWith("pass as many images in both.", Refusal(Tensor.Zeros([2, 3, 48, 48]), Tensor.Zeros([1, 3, 48, 48])));
        Tensor alpha = Tensor.Zeros([4, Side, Side]);
        Assert.Equal(Bytes(2).Shape, alpha.Narrow(-3, 0, 3).Shape);
        Tensor small = Bytes(2).Narrow(1, 0, 40).Unsqueeze(0).To(DType.Float32);
        Assert.Equal([1, 3, 48, 48], small.UpsampleBilinear2d(48, antialias: true).Shape);

        string Refusal(Tensor x, Tensor y) => Assert.Throws<ShapeException>(() => ssim.Of(x, y)).Message;
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Channels_last_are_errors_with_the_fix(ImageMetric metric)
    {
        Tensor last = Bytes(1).Permute(1, 2, 0).Contiguous();
        Assert.Equal(
            $"{metric.GetType().Name}: image [48, 48, 3] appears to have its channels last. "
            + "Images are [C, H, W] or [N, C, H, W]: use image.Permute(2, 0, 1).",
            Assert.Throws<ShapeException>(() => metric.Of(last, last)).Message);
        Assert.True(metric.Of(last.Permute(2, 0, 1), Bytes(2)) > 0);
        ShapeException ofBatch = Assert.Throws<ShapeException>(() => metric.Of(last.Unsqueeze(0), last.Unsqueeze(0)));
        Assert.EndsWith("use image.Permute(0, 3, 1, 2).", ofBatch.Message);
        ShapeException ofLoss = Assert.Throws<ShapeException>(() => new PsnrLoss(ImageRange.Byte).Forward(last, last));
        Assert.StartsWith("PsnrLoss: prediction [48, 48, 3] appears", ofLoss.Message);
        ShapeException ofArrays = Assert.Throws<ShapeException>(
            () => new PsnrLoss(ImageRange.Byte).Evaluate(new float[48 * 48 * 3], new float[48 * 48 * 3], [48, 48, 3]));
        Assert.Equal(ofLoss.Message, ofArrays.Message);
    }

    static Tensor Bytes(int seed)
    {
        Random random = new(seed);
        byte[] values = new byte[3 * Side * Side];
        random.NextBytes(values);

        // Half noise, half the same ramp, so that similarities are positive.
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (byte)((values[i] / 2) + (i % Side * 2));
        }

        return Tensor.From(values, [3, Side, Side]);
    }
}
