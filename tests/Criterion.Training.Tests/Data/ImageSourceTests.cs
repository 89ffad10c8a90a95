using System.Text.Json;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Tests.Repository;

namespace Criterion.Training.Tests;

/// <summary>Whatever a source holds is read as what it is, or refused, or named in the notes.</summary>
public sealed class ImageSourceTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    [Trait("Case", "folder-mixed")]
    public void Pictures_of_other_formats_are_refused_with_their_number()
    {
        string message = Refusal(Input("mixed"));
        Assert.Contains("6 PNG images and 6 of unsupported formats: 3 .JPEG, 3 .jpg", message, StringComparison.Ordinal);
        Assert.Contains("Convert these to PNG", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.webp")]
    [InlineData("b.BMP")]
    [InlineData("c.gif")]
    [InlineData("deep/d.tiff")]
    [InlineData("deep/er/e.Jpg")]
    public void Pictures_of_other_formats_are_refused_wherever_they_are(string name)
    {
        WritePng("0.png");
        Write(name);
        Assert.Contains($"1 {Path.GetExtension(name)}", Refusal(_temp.Path), StringComparison.Ordinal);
        Assert.Contains("Convert it to PNG", Refusal(_temp[name]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_other_pictures_alone_says_which()
    {
        Write("a.jpg");
        Assert.Contains("0 PNG images and 1 of unsupported formats: 1 .jpg", Refusal(_temp.Path), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "hidden-files")]
    public void What_systems_leave_in_folders_is_passed_over_on_every_system()
    {
        WritePng("0.png");
        Array.ForEach(["._0.png", ".DS_Store", "Thumbs.db", "desktop.ini", "Desktop.INI", ".hidden/a.jpg", "__MACOSX/._0.png",
            "__MACOSX/b.jpg", ".a.png"], Write);
        ImageDataset data = ImageDataset.Load([_temp.Path]);
        Assert.Equal(1, data.Count);
        Assert.Empty(data.Notes);
    }

    [Fact]
    [Trait("Case", "upper-case-extension")]
    public void An_extension_in_capitals_counts_once()
    {
        WritePng("A.PNG");
        WritePng("b.Png");
        Assert.Equal(2, ImageDataset.Load([_temp.Path]).Count);
        Assert.Equal(1, ImageDataset.Load([_temp["A.PNG"]]).Count);
    }

    [Fact]
    public void Other_files_are_named_in_the_notes()
    {
        WritePng("one/0.png");
        WritePng("two/0.png");
        Array.ForEach(["labels.csv", "two/README.md"], Write);
        ImageDataset data = ImageDataset.Load([_temp.Path]);
        Assert.Equal(2, data.Count);
        Assert.Contains(data.Notes, static note => note.Contains("2 files", StringComparison.Ordinal)
            && note.Contains("labels.csv", StringComparison.Ordinal) && note.Contains("README.md", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("compare.json")]
    [InlineData("losses.csv")]
    public void Folders_of_runs_are_no_data(string record)
    {
        WritePng("samples/step-000250.png");
        Write(record);
        foreach (string folder in new[] { _temp.Path, _temp["samples"] })
        {
            Assert.Contains("grids of many samples", Refusal(folder), StringComparison.Ordinal);
            Assert.Contains(
                "grids of many samples", Assert.Throws<TrainingException>(() => FeatureSet.Load(folder)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_folder_with_a_run_in_it_is_no_data()
    {
        WritePng("own.png");
        WritePng("runs/a/samples/step-000250.png");
        Write("runs/a/run.json");
        Assert.Contains(_temp["runs/a"], Refusal(_temp.Path), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "resize-aliasing")]
    public void Stripes_become_grey()
    {
        double grey = (ImageDataset.Load([Input("stripes.png")], size: 16).Images.Mean().Item() + 1) * 127.5;
        Assert.InRange(grey, 118, 128);
    }

    [Fact]
    [Trait("Case", "resize-aliasing")]
    public void Resizing_is_that_of_Pillow_within_a_grey_level()
    {
        using JsonDocument golden = JsonDocument.Parse(RepositoryRoot.Read("tests", "golden", "data", "pillow.json"));
        foreach (JsonElement example in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            int size = Number(example, "size");
            Npy.Write(_temp["x.npy"], Tensor.From(example.GetProperty("pixels").GetBytesFromBase64(),
                [1, Number(example, "channels"), Number(example, "height"), Number(example, "width")]));
            double[] actual = [.. ImageDataset.Load([_temp["x.npy"]], size: size).Images.ToArray<float>()
                .Select(static x => Math.Round((x + 1) * 127.5))];
            Assert.Equal(example.GetProperty("resized").GetBytesFromBase64().Select(static b => (double)b), actual,
                static (a, b) => Math.Abs(a - b) <= 1);
        }
    }

    [Theory]
    [InlineData(null, 1f)]
    [InlineData(1.0, 1f)]
    [InlineData(0.0, -1f)]
    [InlineData(0.5, 0f)]
    [Trait("Case", "png-transparent")]
    public void Transparent_pixels_are_laid_on_white_or_another_grey_and_noted(double? background, float expected)
    {
        ImageDataset data = background is { } grey ? ImageDataset.Load(
            [Input("transparent_white.png")], background: grey) : ImageDataset.Load([Input("transparent_white.png")]);
        // Blended pixels are rounded to bytes.
        Assert.All(data.Images.ToArray<float>(), value => Assert.Equal(expected, value, (0.5 / 127.5) + 1e-6));
        Assert.Contains(data.Notes, static note => note.StartsWith("The image of ", StringComparison.Ordinal)
            && note.Contains("has transparent pixels", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_behind_shows_in_proportion()
    {
        Png.Write(_temp["half.png"], Tensor.From((byte[])[255, 0, 0, 51], [4, 1, 1]).Expand(4, 8, 8).Contiguous());
        float[] pixel = ImageDataset.Load([_temp["half.png"]]).Images[0, .., 0, 0].ToArray<float>();
        Assert.Equal([1, 0.6f, 0.6f], pixel, static (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void An_opaque_alpha_channel_changes_nothing()
    {
        Png.Write(_temp["opaque.png"], Tensor.From((byte[])[10, 255], [2, 1, 1]).Expand(2, 8, 8).Contiguous());
        ImageDataset data = ImageDataset.Load([_temp["opaque.png"]]);
        Assert.Equal(1, data.Channels);
        Assert.Empty(data.Notes);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_background_is_a_grey(double background) =>
        Assert.Contains("0 for black to 1 for white",
            Assert.Throws<TrainingException>(() => ImageDataset.Load([Input("transparent_white.png")], background: background)).Message,
            StringComparison.Ordinal);

    [Fact]
    [Trait("Case", "float-range-rounding")]
    public void A_value_that_rounding_carried_over_white_is_white()
    {
        ImageDataset data = ImageDataset.Load([Input("resized_white.npy")], range: ImageRange.ZeroOne);
        Assert.Equal(1, data.Images.Max().Item());
        Assert.Equal(8, FeatureSet.Load(Input("resized_white.npy"), range: ImageRange.ZeroOne).Count);
    }

    [Theory]
    [InlineData(ImageRange.ZeroOne, 1 + 9e-7, true)]
    [InlineData(ImageRange.ZeroOne, -9e-7, true)]
    [InlineData(ImageRange.ZeroOne, 1 + 2e-6, false)]
    [InlineData(ImageRange.MinusOneOne, -1 - 1.9e-6, true)]
    [InlineData(ImageRange.MinusOneOne, 1 + 3e-6, false)]
    [InlineData(ImageRange.Byte, 255.0002, true)]
    [InlineData(ImageRange.Byte, 255.001, false)]
    public void The_slack_of_ranges_is_that_of_losses(ImageRange range, double value, bool isAccepted)
    {
        Npy.Write(_temp["x.npy"], Tensor.Full([1, 1, 16, 16], value, DType.Float64));
        Exception? data = Record.Exception(() => ImageDataset.Load([_temp["x.npy"]], range: range));
        Tensor images = Tensor.Full([1, 1, 16, 16], value, DType.Float32);
        Exception? loss = Record.Exception(() => new Losses.SsimLoss(range).Forward(images, images));
        Assert.Equal((isAccepted, isAccepted), (data is null, loss is null));
    }

    [Theory]
    [InlineData("photo_hwc", "[H, W, 3]", "transpose(2, 0, 1)[None]")]
    [Trait("Case", "npy-one-photo")]
    public void One_photo_is_refused_with_the_way_out(string name, params string[] parts)
    {
        Assert.All(parts, part => Assert.Contains(part, Refusal(Input($"{name}.npy")), StringComparison.Ordinal));
        Assert.All(parts, part => Assert.Contains(part,
            Assert.Throws<TrainingException>(() => FeatureSet.Load(Input($"{name}.npy"))).Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new[] { 32, 32 }, "array[None]")]
    [InlineData(new[] { 32, 32, 1 }, "[H, W, 1]")]
    [InlineData(new[] { 32, 32, 4 }, "array[..., :3].transpose(2, 0, 1)[None]")]
    [InlineData(new[] { 3, 32, 32 }, "[3, H, W]")]
    [InlineData(new[] { 3, 32, 3 }, "[H, W, 3]")]
    [InlineData(new[] { 5, 32, 32, 3 }, "array.transpose(0, 3, 1, 2)")]
    [InlineData(new[] { 5, 32, 32, 1 }, "array.transpose(0, 3, 1, 2)")]
    [InlineData(new[] { 5, 32, 32, 4 }, "array[..., :3].transpose(0, 3, 1, 2)")]
    [InlineData(new[] { 5, 4, 32, 32 }, "array[:, :3]")]
    [InlineData(new[] { 5, 2, 32, 32 }, "holds no images")]
    [InlineData(new[] { 2, 5, 3, 32, 32 }, "holds no images")]
    [InlineData(new[] { 0, 3, 32, 32 }, "holds no images")]
    [InlineData(new int[0], "holds no images")]
    public void Arrays_in_another_order_are_refused_with_the_way_out(int[] shape, string part)
    {
        Npy.Write(_temp["x.npy"], Tensor.Full([.. shape], 7, DType.UInt8));
        Assert.Contains(part, Refusal(_temp["x.npy"]), StringComparison.Ordinal);
        Assert.Contains(part, Assert.Throws<TrainingException>(() => FeatureSet.Load(_temp["x.npy"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 32, 16, 16 }, 32, 1)]
    [InlineData(new[] { 1, 16, 16 }, 1, 1)]
    [InlineData(new[] { 4, 16, 16 }, 4, 1)]
    [InlineData(new[] { 2, 1, 16, 3 }, 2, 1)]
    [InlineData(new[] { 2, 3, 16, 3 }, 2, 3)]
    public void Arrays_in_order_are_read(int[] shape, int count, int channels)
    {
        Npy.Write(_temp["x.npy"], Tensor.Full([.. shape], 7, DType.UInt8));
        ImageDataset data = ImageDataset.Load([_temp["x.npy"]]);
        Assert.Equal((count, channels), (data.Count, data.Channels));
    }

    [Fact]
    public void Changes_are_noted_with_their_numbers()
    {
        Npy.Write(_temp["grey.npy"], Tensor.Full([2, 28, 28], 7, DType.UInt8));
        Npy.Write(_temp["colour.npy"], Tensor.Full([1, 3, 32, 32], 7, DType.UInt8));
        string of = $"'{_temp["grey.npy"]}, {_temp["colour.npy"]}'";
        Assert.Equal(
            [$"2 of 3 images of {of} are 28×28 and were padded with black to 32×32.", $"2 of 3 images of {of} are grey and were converted "
                + "to colour, like the others."],
            ImageDataset.Load([_temp["grey.npy"], _temp["colour.npy"]]).Notes);
        Npy.Write(_temp["wide.npy"], Tensor.Full([1, 1, 8, 16], 7, DType.UInt8));
        of = $"'{_temp["grey.npy"]}, {_temp["wide.npy"]}'";
        Assert.Equal(
            [$"3 of 3 images of {of} were resized to 16×16.", $"1 of 3 images of {of} has other proportions and was stretched."],
            ImageDataset.Load([_temp["grey.npy"], _temp["wide.npy"]], size: 16).Notes);
        Assert.Empty(ImageDataset.FashionMnist().Notes);
    }

    [Fact]
    public void Samples_of_16_bits_are_noted()
    {
        File.WriteAllBytes(_temp["deep.png"],
            Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABEAAAAABq7kcWAAAAC0lEQVR4nGNoaAAAAYMBARg1IhUAAAAASUVORK5CYII="));
        Assert.Contains(
            ImageDataset.Load([_temp["deep.png"]]).Notes, static note => note.Contains("is of 16 bits", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fashion-mnist")]
    [InlineData("ring")]
    public void Built_in_names_are_never_files_or_folders(string name)
    {
        // The current folder is the process's: the paths are told apart by their text alone.
        Assert.Equal([name], DataArguments.Of([name], null, null).Sources);
        Assert.True(DataArguments.IsBuiltIn(name));
        Assert.False(DataArguments.IsBuiltIn($"./{name}"));
        Directory.CreateDirectory(_temp[name]);
        Assert.Equal([_temp[name]], DataArguments.Of([_temp[name]], null, null).Sources);
        Assert.Contains("no PNG", Refusal(_temp[name]), StringComparison.Ordinal);
    }

    [Fact]
    public void Points_are_no_images() => Assert.Contains("cannot be mixed", Refusal("ring"), StringComparison.Ordinal);

    static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    static string Input(string name) => RepositoryRoot.File("tests", "cases", "inputs", name);

    static string Refusal(string source) => Assert.Throws<TrainingException>(() => ImageDataset.Load([source])).Message;

    void Write(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temp[name])!);
        File.WriteAllText(_temp[name], "x");
    }

    void WritePng(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temp[name])!);
        Png.Write(_temp[name], Tensor.Full([1, 8, 8], 1, DType.UInt8));
    }
}
