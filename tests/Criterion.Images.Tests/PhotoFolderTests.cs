using System.Globalization;
using Criterion.Formats;
using static Criterion.Images.Tests.PhotoFiles;

namespace Criterion.Images.Tests;

/// <summary>Folders of pictures of all formats are data.</summary>
public sealed class PhotoFolderTests : IDisposable
{
    const int Side = 16;

    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_folder_of_every_format_is_read_in_the_order_of_its_names()
    {
        Copy(_temp.Path, ("420.jpg", "a.JPG"), ("lossless.webp", "b.WebP"), ("24.bmp", "c.Bmp"), ("palette.gif", "d.GIF"));
        WritePng("e.PNG", Golden("444.jpg"));
        ImageDataset data = ImageDataset.Load(_temp.Path);
        Assert.Equal(new Shape(5, 3, 34, 45), data.Images.Shape);
        byte[] expected = [.. ((string[])["420.jpg", "lossless.webp", "24.bmp", "palette.gif", "444.jpg"])
            .SelectMany(static name => Golden(name).ToArray<byte>())];
        Assert.Equal(expected, Levels(data));
        Assert.Empty(data.Notes);
        Assert.Equal(DType.UInt8, data.Stored.DType);
    }

    [Fact]
    public void Subfolders_are_classes()
    {
        Copy(_temp.Path, ("420.jpg", "cat/a.jpg"), ("palette.gif", "cat/b.gif"), ("lossy.webp", "Dog/x.webp"), ("24.bmp", "ant/y.bmp"));
        ImageDataset data = ImageDataset.Load(_temp.Path);
        Assert.Equal(["Dog", "ant", "cat"], data.ClassNames);
        Assert.Equal([0, 1, 2, 2], data.Labels!.ToArray<long>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Threads_change_no_bit(int threads)
    {
        for (int i = 0; i < 80; i++)
        {
            Copy(_temp.Path, ($"orientation{(i % 8) + 1}.jpg", $"{i:D2}.jpg"));
        }

        List<LoadProgress> seen = [];
        int before = Compute.Threads;
        try
        {
            Compute.Threads = threads;
            ImageDataset data = ImageDataset.Load(_temp.Path, size: Side, onProgress: seen.Add);
            Compute.Threads = 1;
            Assert.Equal(Levels(ImageDataset.Load(_temp.Path, size: Side)), Levels(data));
        }
        finally
        {
            Compute.Threads = before;
        }

        Assert.Equal([(32, 80), (64, 80), (80, 80)], seen.Select(static one => (one.Done, one.All)));
    }

    [Fact]
    public void Orientations_of_one_picture_are_one_image()
    {
        byte[] upright = Golden("orientation1.jpg").ToArray<byte>();
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            // The inverse of an orientation, so that the file shows the upright picture again.
            File.WriteAllBytes(_temp["x.jpg"], Bytes($"orientation{orientation}.jpg"));
            ImageDataset data = ImageDataset.Load(_temp["x.jpg"]);
            Assert.Equal(Golden($"orientation{orientation}.jpg").ToArray<byte>(), Levels(data));
            Assert.Equal(orientation > 1, data.Notes.Any(static note => note.Contains("EXIF", StringComparison.Ordinal)));
            Assert.Equal(orientation == 1, upright.AsSpan().SequenceEqual(Levels(data)));
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.25)]
    [InlineData(1.0)]
    public void Alpha_is_blended_with_the_background(double background)
    {
        Copy(_temp.Path, ("alpha.webp", "a.webp"));
        ImageDataset data = ImageDataset.Load(_temp.Path, background: background);
        byte[] rgba = Golden("alpha.webp").ToArray<byte>();
        int plane = rgba.Length / 4;
        byte[] expected = [.. Enumerable.Range(0, 3 * plane).Select(i =>
        {
            double opacity = rgba[(3 * plane) + (i % plane)] / 255.0;
            return (byte)Math.Floor((rgba[i] * opacity) + ((1 - opacity) * 255 * background) + 0.5);
        })];
        Assert.Equal(expected, Levels(data), static (a, b) => Math.Abs(a - b) <= 1);
        Assert.Contains("transparent", Assert.Single(data.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Grey_photos_stay_grey_and_follow_others_into_colour()
    {
        Copy(_temp.Path, ("grey.jpg", "a.jpg"), ("grey.jpg", "b.jpg"));
        Assert.Equal(1, ImageDataset.Load(_temp.Path).Channels);
        Copy(_temp.Path, ("420.jpg", "c.jpg"));
        ImageDataset data = ImageDataset.Load(_temp.Path);
        byte[] grey = Golden("grey.jpg").ToArray<byte>();
        Assert.Equal([.. grey, .. grey, .. grey], Levels(data)[..(3 * grey.Length)]);
        Assert.Contains("2 of 3 images", Assert.Single(data.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Photos_join_floats()
    {
        Copy(_temp.Path, ("grey.jpg", "photos/a.jpg"));
        Npy.Write(_temp["x.npy"], Tensor.Full([1, 1, 34, 45], 0.25, DType.Float32));
        ImageDataset data = ImageDataset.Load([_temp["photos"], _temp["x.npy"]], range: ImageRange.ZeroOne);
        Assert.Equal(DType.Float32, data.Stored.DType);
        Assert.Equal(Golden("grey.jpg").ToArray<byte>(), Levels(data)[..(34 * 45)]);
        Assert.Equal(-0.5, data.Images[1].Mean().Item(), 6);
    }

    [Theory]
    [InlineData(ImageFit.Stretch, "stretched")]
    [InlineData(ImageFit.Crop, "cropped at the centre")]
    [InlineData(ImageFit.Pad, "padded with black")]
    public void Other_proportions_are_fitted(ImageFit fit, string note)
    {
        // Left a third red, in the middle green, right blue.
        byte[] red = [.. Enumerable.Range(0, 3 * 10 * 30).Select(static i => (byte)(i % 30 / 10 == i / 300 ? 255 : 0))];
        WritePng("wide.png", Tensor.From(red, [3, 10, 30]));
        ImageDataset data = ImageDataset.Load(_temp.Path, size: 10, background: 0, fit: fit);
        byte[] levels = Levels(data);
        Assert.Equal(note, data.Notes.Single(one => one.Contains("proportions", StringComparison.Ordinal)).Split(" was ")[1].TrimEnd('.'));
        switch (fit)
        {
            case ImageFit.Crop:
                Assert.Equal([.. new byte[100], .. Enumerable.Repeat((byte)255, 100), .. new byte[100]], levels);
                break;
            case ImageFit.Pad:
                // 30 × 10 shrinks to 10 × 3; 3 rows are above it, and 4 below.
                Assert.All(levels.Chunk(100), static plane => Assert.All(plane[..30].Concat(plane[60..]), static b => Assert.Equal(0, b)));
                Assert.Equal(255, levels[30]);
                Assert.Equal(255, levels[200 + 59]);
                break;
            default:
                Assert.Equal((255, 255, 255), (levels[0], levels[100 + 5], levels[299]));
                break;
        }
    }

    [Fact]
    public void Names_that_differ_from_the_content_are_noted()
    {
        Copy(_temp.Path, ("420.jpg", "a.png"), ("lossless.webp", "b.jpg"), ("24.bmp", "c.tif"), ("422.jpg", "d.jpg"));
        ImageDataset data = ImageDataset.Load(_temp.Path);
        Assert.Equal(4, data.Count);
        Assert.Equal($"3 of 4 images of '{_temp.Path}' have other formats than their extensions name.", Assert.Single(data.Notes));
    }

    [Fact]
    public void The_first_frame_of_an_animation_is_read_and_noted()
    {
        Copy(_temp.Path, ("frames.gif", "a.gif"));
        ImageDataset data = ImageDataset.Load(_temp.Path);
        Assert.Equal(Golden("frames.gif").ToArray<byte>(), Levels(data));
        Assert.Contains("several frames", Assert.Single(data.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Commas_and_other_cultures_change_nothing()
    {
        Copy(_temp.Path, ("palette.gif", "I.GIF"), ("420.jpg", "i.JPEG"));
        string[] notes = [.. Load().Notes];
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(notes, Load().Notes);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        ImageDataset Load() => ImageDataset.Load(_temp.Path, size: 8, background: 0.5, fit: ImageFit.Pad);
    }

    [Fact]
    public void Shrinking_is_that_of_Pngs()
    {
        Copy(_temp.Path, ("444.jpg", "a.jpg"));
        WritePng("b.png", Golden("444.jpg"));
        byte[] levels = Levels(ImageDataset.Load(_temp.Path, size: 8));
        Assert.Equal(levels[..(levels.Length / 2)], levels[(levels.Length / 2)..]);
    }

    [Fact]
    public void Folders_without_pictures_are_refused_with_the_formats() => Assert.Contains(
        "has no PNG, JPEG, WebP, GIF or BMP images",
        Assert.Throws<TrainingException>(() => ImageDataset.Load(_temp.Path)).Message,
        StringComparison.Ordinal);

    void WritePng(string name, Tensor pixels) => Png.Write(_temp[name], pixels);
}
