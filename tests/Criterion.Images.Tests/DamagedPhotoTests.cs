using Criterion.Formats;
using static Criterion.Images.Tests.PhotoFiles;

namespace Criterion.Images.Tests;

/// <summary>Damaged pictures are errors with their names, or left out by name.</summary>
public sealed class DamagedPhotoTests : IDisposable
{
    readonly TempFolder _temp = new();

    public DamagedPhotoTests() => Copy(_temp.Path, ("420.jpg", "0.jpg"), ("422.jpg", "m.jpg"), ("444.jpg", "z.jpg"));

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_truncated_photo_is_an_error_with_its_name()
    {
        Cut("420.jpg", "cut.jpg");
        Refused("cut.jpg': the JPEG is truncated.", "(ImageDataset.Load: damaged)");
    }

    [Theory]
    [InlineData("text", "hello there, I am text", "is text")]
    [InlineData("nothing", "", "is empty")]
    [InlineData("zeros", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "is zeros")]
    [InlineData("noise", "\u0001\u0002\u0003", "is of an unknown format")]
    public void A_file_that_is_no_picture_is_an_error_with_extension_and_content(string name, string content, string says)
    {
        File.WriteAllText(_temp[$"{name}.jpg"], content);
        Refused($"{name}.jpg' is not a picture: its extension is that of a JPEG, but its content {says}.");
    }

    [Fact]
    public void A_damaged_photo_of_another_extension_is_an_error_with_both()
    {
        Cut("lossless.webp", "cut.png");
        Refused("cut.png': the WebP is truncated (its extension is that of a PNG, but its content is a WebP).");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_first_of_several_errors_is_thrown_on_any_number_of_threads(int threads)
    {
        int before = Compute.Threads;
        try
        {
            Compute.Threads = threads;
            Array.ForEach(["a.jpg", "b.jpg", "c.jpg", "y.jpg"], name => Cut("420.jpg", name));
            Refused("a.jpg': ");
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void A_tiff_is_an_error_even_if_damaged_pictures_are_skipped()
    {
        File.WriteAllText(_temp["a.jpg"], "II*\0 and more");
        Assert.Contains("a.jpg' is a TIFF, which is an unsupported format",
            Assert.Throws<TrainingException>(() => Skipping()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_photos_are_named()
    {
        Cut("420.jpg", "cut.jpg");
        File.WriteAllText(_temp["empty.jpg"], "");
        File.WriteAllText(_temp["text.gif"], "text");
        ImageDataset data = Skipping();
        Assert.Equal(3, data.Count);
        Assert.Equal([.. ((string[])["420.jpg", "422.jpg", "444.jpg"]).SelectMany(static name => Golden(name).ToArray<byte>())],
            Levels(data));
        Assert.Equal(
            $"3 of 6 images of '{_temp.Path}' are damaged and were skipped: {_temp["cut.jpg"]}, {_temp["empty.jpg"]}, {_temp["text.gif"]}.",
            Assert.Single(data.Notes));
    }

    [Fact]
    public void Damaged_pngs_are_skipped_too()
    {
        Png.Write(_temp["x.png"], Golden("420.jpg"));
        byte[] bytes = File.ReadAllBytes(_temp["x.png"]);
        File.WriteAllBytes(_temp["x.png"], bytes[..^40]);
        Assert.Contains("1 of 4 images", Assert.Single(Skipping().Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_follow_the_photos_that_remain()
    {
        Copy(_temp["classes"], ("420.jpg", "a/0.jpg"), ("422.jpg", "b/0.jpg"), ("444.jpg", "b/1.jpg"));
        Cut("420.jpg", "classes/a/damaged.jpg");
        ImageDataset data = ImageDataset.Load(_temp["classes"], damaged: DamagedImages.Skip);
        Assert.Equal([0, 1, 1], data.Labels!.ToArray<long>());

        File.Delete(_temp["classes/a/0.jpg"]);
        string message = Assert.Throws<TrainingException>(
            () => ImageDataset.Load(_temp["classes"], damaged: DamagedImages.Skip)).Message;
        Assert.Contains("All 1 image of the class 'a'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_damaged_photos_alone_is_refused()
    {
        Cut("420.jpg", "all/a.jpg");
        Cut("422.jpg", "all/b.jpg");
        Assert.Contains(
            "All 2 images of",
            Assert.Throws<TrainingException>(() => ImageDataset.Load(_temp["all"], damaged: DamagedImages.Skip)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_photo_is_never_skipped()
    {
        Cut("420.jpg", "cut.jpg");
        Assert.Contains("is truncated",
            Assert.Throws<DataFormatException>(() => ImageDataset.Load(_temp["cut.jpg"], damaged: DamagedImages.Skip)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_photo_that_is_gone_or_locked_is_an_error_even_if_damaged_ones_are_skipped()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.CreateSymbolicLink(_temp["link.jpg"], _temp["nowhere.jpg"]);
        Assert.ThrowsAny<IOException>(() => Skipping());
    }

    ImageDataset Skipping() => ImageDataset.Load(_temp.Path, damaged: DamagedImages.Skip);

    void Refused(params string[] parts)
    {
        string message = Assert.Throws<DataFormatException>(() => ImageDataset.Load(_temp.Path)).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    void Cut(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temp[to])!);
        File.WriteAllBytes(_temp[to], Bytes(from)[..^20]);
    }
}
