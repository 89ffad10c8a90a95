using System.Xml.Linq;
using Criterion.Formats;

namespace Criterion.Training.Tests;

/// <summary>The pictures of a report: real images beside samples, which can be enlarged and keep the page small.</summary>
public sealed class ReportPicturesTests : IDisposable
{
    const int Megabyte = 1_000_000;

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    // Noise in colour, which PNG cannot compress: 64 images of 32×32, enlarged twofold, at twelve steps.
    [Fact]
    public void A_report_stays_below_a_megabyte()
    {
        ImageDataset data = new("noise", Tensor.RandInt(0, 256, [64, 3, 32, 32], new RandomStream(1)).To(DType.UInt8));
        GanRun run = new(Tiny.Recipe(steps: 1), data, width: 2);
        using (RunFolder folder = RunFolder.Create<GanStep>(_temp["run"]))
        {
            run.Execute(folder, cancellation: TestContext.Current.CancellationToken);
        }

        for (int step = 1; step <= 12; step++)
        {
            Png.Write(
                _temp[$"run/samples/step-{step:D6}.png"],
                ImageGrid.Compose(Tensor.Rand([64, 3, 32, 32], random: new RandomStream((ulong)step), low: -1)));
        }

        Assert.True(new DirectoryInfo(_temp["run/samples"]).GetFiles().Sum(static file => file.Length) > 2 * Megabyte);
        string html = RunReport.Of(_temp["run"]);
        XElement page = WholePage.Read(html);

        Assert.InRange(html.Length, 500_000, Megabyte);
        Assert.Equal(
            ["Step 1", "Step 3", "Step 5", "Step 7", "Step 9", "Step 12", "Real images"],
            page.All("img").Select(static picture => picture.Ancestors("figure").Single().Element("figcaption")!.Value));
        Assert.Contains("Large pictures are reduced; those in samples/ have all pixels.", page.Value, StringComparison.Ordinal);
        int[] sides = [.. page.All("img").Select(static picture => Png.Read(new MemoryStream(Bytes(picture))).Shape[1])];
        Assert.All(sides, static side => Assert.InRange(side, 100, 530));
        Assert.True(sides[^1] > sides[0] && sides[^2] > sides[0], "the last picture and the real images have the most pixels");
    }

    [Fact]
    public void Real_images_are_beside_the_samples_and_spread_over_the_data()
    {
        Tensor levels = Tensor.Arange(200).Reshape(200, 1, 1, 1).Expand(200, 1, 16, 16).To(DType.UInt8);
        GanRun run = new(Tiny.Recipe(steps: 1), new ImageDataset("levels", levels), width: 2);
        using (RunFolder folder = RunFolder.Create<GanStep>(_temp["run"]))
        {
            run.Execute(folder, cancellation: TestContext.Current.CancellationToken);
        }

        // 64 of 200 levels, in tiles of 64 pixels with gaps of 2.
        Tensor real = Png.Read(_temp["run/samples/real.png"]);
        Assert.Equal(new Shape(1, (8 * 66) + 2, (8 * 66) + 2), real.Shape);
        Assert.Equal([0, 3, 6, 9], Enumerable.Range(0, 4).Select(i => (int)real[0, 10, 10 + (66 * i)].Item()));
        Assert.Equal(196, real[0, 10 + (66 * 7), 10 + (66 * 7)].Item());
    }

    [Fact]
    public void A_picture_is_enlarged_by_a_checkbox_without_a_script()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 3));
        string html = File.ReadAllText(_temp["run/report.html"]);
        XElement page = WholePage.Read(html);

        Assert.All(page.All("img"), static picture =>
        {
            XElement label = picture.Parent!;
            Assert.Equal("label", label.Name.LocalName);
            XElement box = Assert.Single(label.Elements("input"));
            Assert.Equal("checkbox", box.Attribute("type")!.Value);
            Assert.StartsWith("Enlarge: ", box.Attribute("aria-label")!.Value, StringComparison.Ordinal);
            Assert.True(box.IsBefore(picture));
        });
        Assert.Contains(".zoom input:checked + img {", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Small_pictures_are_embedded_as_they_are_and_share_what_they_leave()
    {
        (string File, double Weight)[] files = [.. Enumerable.Range(0, 4).Select(i => (Noise($"{i}.png", i == 0 ? 16 : 400), 1.0))];
        (byte[][] fitted, bool areReduced) = ReportPictures.Fit(files);

        Assert.True(areReduced);
        Assert.Equal(File.ReadAllBytes(files[0].File), fitted[0]);
        Assert.InRange(fitted.Sum(static png => png.Length), 1, ReportPictures.Total);
        Assert.False(ReportPictures.Fit(files[0]).AreReduced);
        Assert.Empty(ReportPictures.Fit().Pictures);
    }

    // Pixels of a picture that was enlarged by whole factors are kept by the mean over them.
    [Fact]
    public void Enlarged_pixels_stay_what_they_were()
    {
        Tensor small = Tensor.RandInt(0, 256, [3, 300, 300], new RandomStream(1));
        Tensor large = small.Unsqueeze(0).To(DType.Float32).UpsampleNearest2d((600, 600))[0].To(DType.UInt8);
        Png.Write(_temp["large.png"], large);

        byte[] reduced = ReportPictures.Fit((_temp["large.png"], 1.0), (Noise("other.png", 600), 1.0)).Pictures[0];

        Assert.Equal(small.To(DType.UInt8).ToArray<byte>(), Png.Read(new MemoryStream(reduced)).ToArray<byte>());
    }

    [Theory]
    [InlineData(
        "wgan-gp",
        new[] { "Modes", "Quality", "Feature matching", "Equilibrium", "Clip", "Average decay", "Class weight", "Gradient clip" })]
    [InlineData("wgan", new[] { "Beta1", "Beta2", "Equilibrium", "Regularizers", "Discriminator norm: none" })]
    [InlineData("began", new[] { "Clip", "Regularizers", "Measure" })]
    public void Options_that_do_not_apply_are_left_out(string recipe, string[] absent)
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(recipe, steps: 1));
        XElement page = WholePage.Read(File.ReadAllText(_temp["run/report.html"]));
        string[] names = [.. page.All("table").Where(static table => table.Attribute("class")?.Value == "facts")
            .SelectMany(static table => table.All("th")).Select(static cell => cell.Value)];

        Assert.DoesNotContain(names, absent.Contains);
        Assert.Equal(recipe == "began", names.Contains("Equilibrium"));
        Assert.Equal(recipe != "wgan", names.Contains("Beta1"));
        Assert.Contains("Discriminator steps", names);
    }

    string Noise(string name, int side)
    {
        Png.Write(_temp[name], Tensor.RandInt(0, 256, [3, side, side], new RandomStream(2)).To(DType.UInt8));
        return _temp[name];
    }

    static byte[] Bytes(XElement picture) => Convert.FromBase64String(picture.Attribute("src")!.Value.Split(',')[1]);
}
