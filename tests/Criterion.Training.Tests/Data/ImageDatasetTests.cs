using System.IO.Compression;
using Criterion.Formats;

namespace Criterion.Training.Tests;

public sealed class ImageDatasetTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Fashion_mnist_is_embedded_padded_and_labelled()
    {
        ImageDataset data = ImageDataset.FashionMnist();

        Assert.Equal(new Shape(10_000, 1, 32, 32), data.Images.Shape);
        Assert.Equal(-1, data.Images.Min().Item());
        Assert.Equal(1, data.Images.Max().Item());
        Assert.Equal(-1, data.Images[.., .., ..2].Max().Item());
        Assert.Equal(new Shape(10_000), data.Labels!.Shape);
        Assert.Equal(1000, data.Labels.ToArray<long>().Count(label => label == 9));

        // The first test image is an ankle boot; the mean is that of the published set.
        Assert.Equal(9, data.Labels[0].Item());
        Assert.Equal(0.2868, (data.Images[.., .., 2..30, 2..30].Mean().Item() + 1) / 2, 3);
    }

    [Fact]
    public void Images_are_chosen_by_place_and_by_class()
    {
        ImageDataset data = new("four", Tensor.Arange(4).To(DType.UInt8).Reshape(4, 1, 1, 1), Tensor.From<long>([2, 0, 1, 2]));

        float[] Levels(ImageDataset of) => [.. of.Images.ToArray<float>().Select(static x => MathF.Round((x + 1) * 127.5f))];

        Assert.Equal([3f, 0f, 3f], Levels(data.Select([3, 0, 3])));
        Assert.Equal([2L, 2L, 2L], data.Select([3, 0, 3]).Labels!.ToArray<long>());
        Assert.Equal([0f, 1f, 3f], Levels(data.Only([0, 2])));
        Assert.Equal([1L], data.Without([0, 2]).Labels!.ToArray<long>());
        Assert.Equal(1, data.FirstOf([1, 0]));
        Assert.Contains(
            "no images of the classes 7, 9", Assert.Throws<TrainingException>(() => data.Only([7, 9])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no images but those", Assert.Throws<TrainingException>(() => data.Without([0, 1, 2])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no images of the classes 7", Assert.Throws<TrainingException>(() => data.FirstOf([7])).Message, StringComparison.Ordinal);
        Assert.Contains("no labels", Assert.Throws<TrainingException>(() => new ImageDataset("x", data.Images).Only([1])).Message,
            StringComparison.Ordinal);
        Assert.Null(new ImageDataset("x", data.Images).Select([1]).Labels);
    }

    [Fact]
    public void Fashion_mnist_can_be_resized() =>
        Assert.Equal(new Size2(16, 16), ImageDataset.Load(["fashion-mnist"], size: 16).Size);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Idx_files_are_read_plain_or_packed_and_joined(bool packed)
    {
        string a = WriteIdx("a-idx3-ubyte", packed, 2, 8, 8);
        string b = WriteIdx("b-idx3-ubyte", packed, 3, 8, 8);

        ImageDataset data = ImageDataset.Load([a, b]);

        Assert.Equal(new Shape(5, 1, 8, 8), data.Images.Shape);
        Assert.Equal((5 / 127.5) - 1, data.Images[0, 0, 0, 5].Item(), 6);
    }

    [Fact]
    public void Png_folders_are_read_in_the_order_of_their_names()
    {
        for (int i = 2; i >= 0; i--)
        {
            WritePng($"{i}.png", Tensor.Full([1, 8, 8], i * 100, DType.UInt8));
        }

        ImageDataset data = ImageDataset.Load([_temp.Path]);

        Assert.Equal(new Shape(3, 1, 8, 8), data.Images.Shape);
        Assert.Equal([-1, -0.2157, 0.5686], data.Images[.., 0, 0, 0].ToArray<float>().Select(x => Math.Round(x, 4)));
    }

    [Fact]
    public void One_colour_image_makes_all_of_them_colour()
    {
        WritePng("colour.png", Tensor.From((byte[])[255, 0, 0], [3, 1, 1]).Expand(3, 8, 8).Contiguous());
        WritePng("grey.png", Tensor.Full([1, 8, 8], 255, DType.UInt8));

        ImageDataset data = ImageDataset.Load([_temp.Path]);

        Assert.Equal([1, -1, -1], data.Images[0, .., 0, 0].ToArray<float>());
        Assert.Equal([1, 1, 1], data.Images[1, .., 0, 0].ToArray<float>());
    }

    [Fact]
    public void Differing_sizes_are_refused_with_both_names_and_the_way_out_and_size_resizes_them()
    {
        WritePng("a.png", Tensor.Full([1, 8, 8], 1, DType.UInt8));
        WritePng("b.png", Tensor.Full([1, 8, 9], 1, DType.UInt8));

        string message = Assert.Throws<TrainingException>(() => ImageDataset.Load([_temp.Path])).Message;

        Assert.Contains("a.png' is 8×8", message, StringComparison.Ordinal);
        Assert.Contains("b.png' is 8×9", message, StringComparison.Ordinal);
        Assert.Contains("ImageDataset.Load: size", message, StringComparison.Ordinal);
        Assert.Equal(new Shape(2, 1, 16, 16), ImageDataset.Load([_temp.Path], size: 16).Images.Shape);
    }

    [Fact]
    public void A_folder_without_images_is_refused() =>
        Assert.Contains("has no PNG images", Refusal(_temp.Path), StringComparison.Ordinal);

    [Fact]
    public void A_missing_source_is_refused() =>
        Assert.Contains("There is no file or folder", Refusal(_temp["nothing"]), StringComparison.Ordinal);

    [Fact]
    public void Labels_are_no_images()
    {
        string file = _temp["labels-idx1-ubyte"];
        File.WriteAllBytes(file, [0, 0, 8, 1, 0, 0, 0, 2, 7, 7]);
        Assert.Contains("[2] holds no images", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_idx_is_refused_by_name()
    {
        string file = WriteIdx("cut-idx3-ubyte", false, 2, 8, 8);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^5]);
        Assert.Contains(file, Assert.Throws<DataFormatException>(() => ImageDataset.Load([file])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_png_is_refused_by_name()
    {
        WritePng("cut.png", Tensor.Full([1, 8, 8], 1, DType.UInt8));
        File.WriteAllBytes(_temp["cut.png"], File.ReadAllBytes(_temp["cut.png"])[..^20]);
        Assert.Contains(
            "cut.png", Assert.Throws<DataFormatException>(() => ImageDataset.Load([_temp.Path])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Npy_bytes_are_0_to_255()
    {
        Npy.Write(_temp["x.npy"], Tensor.Full([2, 8, 8], 255, DType.UInt8));
        Assert.Equal(1, ImageDataset.Load([_temp["x.npy"]]).Images.Min().Item());
    }

    [Fact]
    public void Npy_floats_need_their_range()
    {
        Npy.Write(_temp["x.npy"], Tensor.Full([2, 3, 8, 8], 0.5));

        Assert.Contains("ImageDataset.Load: range", Refusal(_temp["x.npy"]), StringComparison.Ordinal);
        Assert.Equal(0.5, ImageDataset.Load([_temp["x.npy"]], range: ImageRange.MinusOneOne).Images.Max().Item());
        Assert.Equal(0, ImageDataset.Load([_temp["x.npy"]], range: ImageRange.ZeroOne).Images.Max().Item());
    }

    [Fact]
    public void Npy_floats_may_hold_what_bytes_do()
    {
        Npy.Write(_temp["x.npy"], Tensor.Full([2, 3, 8, 8], 255));
        Assert.Equal(1, ImageDataset.Load([_temp["x.npy"]], range: ImageRange.Byte).Images.Min().Item());
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    public void Values_outside_the_stated_range_are_refused(double value)
    {
        Npy.Write(_temp["x.npy"], Tensor.Full([1, 8, 8], value));
        string message = Assert.Throws<TrainingException>(() => ImageDataset.Load([_temp["x.npy"]], range: ImageRange.ZeroOne)).Message;
        Assert.Contains("value 0 is", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Channels_last_is_refused()
    {
        Npy.Write(_temp["x.npy"], Tensor.Full([2, 8, 8, 3], 1, DType.UInt8));
        Assert.Contains("[N, C, H, W]", Refusal(_temp["x.npy"]), StringComparison.Ordinal);
    }

    static string Refusal(string source) => Assert.Throws<TrainingException>(() => ImageDataset.Load([source])).Message;

    void WritePng(string name, Tensor image) => Png.Write(_temp[name], image);

    string WriteIdx(string name, bool packed, int count, int height, int width)
    {
        byte[] bytes =
        [
            0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, (byte)height, 0, 0, 0, (byte)width,
            .. Enumerable.Range(0, count * height * width).Select(i => (byte)i),
        ];
        string file = _temp[packed ? name + ".gz" : name];
        using Stream stream = packed ? new GZipStream(File.Create(file), CompressionLevel.Fastest) : File.Create(file);
        stream.Write(bytes);
        return file;
    }
}
