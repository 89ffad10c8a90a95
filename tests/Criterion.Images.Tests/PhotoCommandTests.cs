using Criterion.Cli.Tests;
using Criterion.Formats;
using static Criterion.Cli.Tests.ToolRun;
using static Criterion.Images.Tests.PhotoFiles;

namespace Criterion.Images.Tests;

/// <summary>The commands of the tool on folders of photos.</summary>
public sealed class PhotoCommandTests : IDisposable
{
    static readonly string[] Short = ["--steps", "3", "--width", "2", "--batch", "4"];

    readonly TempFolder _temp = new();

    public PhotoCommandTests()
    {
        for (int i = 0; i < 12; i++)
        {
            Copy(_temp["photos"], ($"orientation{(i % 8) + 1}.jpg", $"{i}.jpg"));
        }

        Copy(_temp["photos"], ("lossy.webp", "a.webp"), ("palette.gif", "b.GIF"), ("24.bmp", "c.bmp"), ("grey.jpg", "d.jpeg"));
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Train_resume_and_evaluate_on_a_folder_of_photos()
    {
        Succeeded(Run(["train", "--data", _temp["photos"], "--size", "16", "--fit", "crop", .. Short, "--out", _temp["run"]]));
        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["run"]);
        Assert.Equal((16, ImageFit.Crop, DamagedImages.Error), (record.Data.Count, record.Load!.Fit, record.Load.Damaged));
        Assert.Contains("\"fit\": \"Crop\"", File.ReadAllText(_temp["run/run.json"]), StringComparison.Ordinal);
        Assert.Contains(record.Data.Notes, static note => note.Contains("cropped", StringComparison.Ordinal));
        Succeeded(Run("train", "--resume", _temp["run"], "--steps", "5"));
        Succeeded(Run("evaluate", _temp["run"], "--count", "16"));
        Succeeded(Run("evaluate", _temp["photos"], _temp["run"], "--size", "16", "--fit", "pad", "--count", "16"));
    }

    [Fact]
    public void Damaged_photos_are_an_error_or_skipped_by_option()
    {
        File.WriteAllBytes(_temp["photos/cut.jpg"], Bytes("420.jpg")[..^9]);
        string[] train = ["train", "--data", _temp["photos"], "--size", "16", .. Short, "--out", _temp["run"]];
        (int code, _, string error) = Run(train);
        Assert.Equal(1, code);
        Assert.Contains("cut.jpg': the JPEG is truncated.", error, StringComparison.Ordinal);
        Assert.Contains("(--damaged skip)", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temp["run"]));

        (code, _, error) = Run([.. train, "--damaged", "skip"]);
        Assert.Equal(0, code);
        Assert.Contains("note: 1 of 17 images", error, StringComparison.Ordinal);
        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["run"]);
        Assert.Contains(record.Data.Notes, note => note.Contains($"skipped: {_temp["photos/cut.jpg"]}.", StringComparison.Ordinal));
        Succeeded(Run("train", "--resume", _temp["run"], "--steps", "4"));
    }

    [Fact]
    public void Cyclegan_reads_photos_of_both_domains()
    {
        Copy(_temp["other"], ("420.jpg", "a.jpg"), ("lossless.webp", "b.webp"));
        Succeeded(Run("train", "cyclegan", "--a", _temp["photos"], "--b", _temp["other"], "--size", "16", "--fit", "crop", "--batch", "2",
            "--blocks", "0", "--steps", "1", "--width", "2", "--out", _temp["run"]));
    }

    [Fact]
    public void Siamese_networks_learn_from_photos_and_search_them()
    {
        for (int i = 0; i < 80; i++)
        {
            Draw(_temp[$"animals/{((string[])["ant", "bee", "cat", "dog"])[i % 4]}/{i}.jpg"], new RandomStream((ulong)i), 40, 30);
        }

        Succeeded(Run("train", "siamese", "--data", _temp["animals"], "--size", "16", "--fit", "crop", "--steps", "2", "--width", "2",
            "--out", _temp["run"]));
        Succeeded(Run("evaluate", _temp["run"]));
        Succeeded(Run("search", _temp["run"], "--query", PhotoFiles.Of("420.jpg"), "--gallery", _temp["photos"], "--show", "3", "--out",
            _temp["found.png"]));
        Assert.True(File.Exists(_temp["found.png"]));
    }

    [Fact]
    public void Compare_trains_on_photos() => Succeeded(Run(
        "compare", "--objectives", "hinge", "--seeds", "1", "--data", _temp["photos"], "--size", "16", "--batch", "4", "--count", "8",
        "--steps", "1", "--width", "2", "--out", _temp["run"]));

    [Fact]
    public void Two_photos_are_compared_pixel_by_pixel()
    {
        Png.Write(_temp["same.png"], Golden("420.jpg"));
        Assert.Matches("\nPSNR +Infinity dB ", Run("evaluate", PhotoFiles.Of("420.jpg"), _temp["same.png"]).Output);
        Succeeded(Run("evaluate", PhotoFiles.Of("420.jpg"), PhotoFiles.Of("422.jpg"), "--size", "16", "--fit", "crop"));
        Succeeded(Run("loss", "ssim", PhotoFiles.Of("420.jpg"), PhotoFiles.Of("lossy.webp")));
    }

    [Theory]
    [InlineData("--fit has no effect without --size", "--fit", "crop")]
    [InlineData("Invalid value 'cut' for --fit", "--fit", "cut", "--size", "16")]
    [InlineData("Invalid value 'drop' for --damaged", "--damaged", "drop")]
    public void Mistakes_are_named(string says, params string[] options)
    {
        (int code, _, string error) = Run(["train", "--data", _temp["photos"], .. options]);
        Assert.Equal(1, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }
}
