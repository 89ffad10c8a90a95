using System.Buffers.Binary;
using System.Globalization;
using Criterion.Formats;
using Criterion.Tests.Repository;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

public class PngTests
{
    const int Width = 9;
    const int Height = 7;

    [Theory]
    [InlineData("Rgb8Filter0", 3, 8)]
    [InlineData("Rgb8Filter1", 3, 8)]
    [InlineData("Rgb8Filter2", 3, 8)]
    [InlineData("Rgb8Filter3", 3, 8)]
    [InlineData("Rgb8Filter4", 3, 8)]
    [InlineData("Grey1", 1, 1)]
    [InlineData("Grey2", 1, 2)]
    [InlineData("Grey4", 1, 4)]
    [InlineData("Grey8", 1, 8)]
    [InlineData("Grey16", 1, 16)]
    [InlineData("GreyAlpha8", 2, 8)]
    [InlineData("GreyAlpha16", 2, 16)]
    [InlineData("Rgb8", 3, 8)]
    [InlineData("Rgb16", 3, 16)]
    [InlineData("Rgba8", 4, 8)]
    [InlineData("Rgba16", 4, 16)]
    [InlineData("Grey1Interlaced", 1, 1)]
    [InlineData("Grey2Interlaced", 1, 2)]
    [InlineData("Grey4Interlaced", 1, 4)]
    [InlineData("Grey8Interlaced", 1, 8)]
    [InlineData("Grey16Interlaced", 1, 16)]
    [InlineData("GreyAlpha8Interlaced", 2, 8)]
    [InlineData("GreyAlpha16Interlaced", 2, 16)]
    [InlineData("Rgb8Interlaced", 3, 8)]
    [InlineData("Rgb16Interlaced", 3, 16)]
    [InlineData("Rgba8Interlaced", 4, 8)]
    [InlineData("Rgba16Interlaced", 4, 16)]
    [InlineData("Rgba8Pieces", 4, 8)]
    [InlineData("PillowL", 1, 8)]
    [InlineData("PillowLA", 2, 8)]
    [InlineData("PillowRGB", 3, 8)]
    [InlineData("PillowRGBA", 4, 8)]
    public void Images_of_other_writers_are_read(string fixture, int channels, int bits) =>
        AssertImage("Png" + fixture, channels, (c, y, x) => (byte)Math.Round(Sample(c, y, x, bits) * 255.0 / ((1 << bits) - 1)));

    [Theory]
    [InlineData("Palette1", 1)]
    [InlineData("Palette2", 2)]
    [InlineData("Palette4", 4)]
    [InlineData("Palette8", 8)]
    [InlineData("Palette4Interlaced", 4)]
    public void Palettes_become_RGB(string fixture, int bits) =>
        AssertImage("Png" + fixture, 3, (c, y, x) => Color(c, Sample(0, y, x, bits)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Palettes_with_transparency_become_RGBA(int bits) =>
        AssertImage($"PngPalette{bits}Alpha", 4, (c, y, x) => (c, Sample(0, y, x, bits)) switch
        {
            (3, 0) => 7,
            (3, 1) => 99,
            (3, _) => 255,
            (_, int index) => Color(c, index),
        });

    [Theory]
    [InlineData("PngGrey8Key", 1)]
    [InlineData("PngRgb8Key", 3)]
    public void A_transparent_colour_becomes_an_alpha_channel(string fixture, int colors)
    {
        bool IsKey(int y, int x) => Enumerable.Range(0, colors).All(c => Sample(c, y, x, 8) == Sample(c, 2, 3, 8));
        AssertImage(fixture, colors + 1, (c, y, x) => c < colors ? (byte)Sample(c, y, x, 8) : IsKey(y, x) ? (byte)0 : (byte)255);
    }

    [Fact]
    public void What_was_written_is_read()
    {
        foreach (Shape shape in (Shape[])[[1, 1], [5, 3], [1, 4, 7], [2, 6, 5], [3, 64, 48], [4, 33, 1], [3, 1, 300], [1, 200, 333]])
        {
            Tensor noise = Filled(DType.UInt8, shape);
            AssertRoundTrip(noise);
            AssertRoundTrip(Tensor.From([.. Enumerable.Range(0, noise.Count).Select(static i => (byte)(i / 3))], shape));
        }
    }

    [Fact]
    public void Filters_make_a_gradient_small()
    {
        byte[] slope = [.. Enumerable.Range(0, 256 * 256).Select(static i => (byte)((i % 256) + (i / 256)))];
        Assert.InRange(Written(stream => Png.Write(stream, Tensor.From(slope, [256, 256]))).Length, 1, 1000);
    }

    [Fact]
    public void Views_are_written_in_their_own_order()
    {
        Tensor interleaved = Filled(DType.UInt8, [4, 5, 3]);
        Tensor image = interleaved.Permute(2, 0, 1);
        AssertSame(image, Png.Read(new MemoryStream(Written(stream => Png.Write(stream, image)))));
    }

    [Fact]
    public void What_is_no_image_is_not_written()
    {
        Assert.Contains(".To(DType.UInt8)", Refused(static () => Png.Write(Stream.Null, Tensor.Zeros([1, 2, 2]))));
        foreach (Shape shape in (Shape[])[[], [3], [5, 2, 2], [1, 1, 2, 2], [3, 0, 2], [0, 2, 2], [8, 8, 3]])
        {
            Assert.Contains(shape.ToString(), Refused(() => Png.Write(Stream.Null, Tensor.Zeros(shape, DType.UInt8))));
        }
    }

    [Fact]
    public void Every_cut_and_every_flipped_bit_is_noticed_or_changes_no_pixel()
    {
        byte[] file = Fixture("PngRgb8").ToArray();
        Tensor whole = Png.Read(new MemoryStream(file));
        int text = file.AsSpan().IndexOf("tEXt"u8);
        int pixels = file.AsSpan().IndexOf("IDAT"u8) - 4;
        int end = file.AsSpan().IndexOf("IEND"u8) - 4;
        for (int i = 0; i < file.Length; i++)
        {
            AssertDamage(file[..i], whole, isNoticed: i < end);
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] flipped = [.. file];
                flipped[i] ^= (byte)(1 << bit);
                AssertDamage(flipped, whole, isNoticed: i < text || (i >= pixels && i < end));
            }
        }
    }

    static void AssertDamage(byte[] damaged, Tensor whole, bool isNoticed)
    {
        try
        {
            AssertSame(whole, Png.Read(new MemoryStream(damaged)));
            Assert.False(isNoticed);
        }
        catch (DataFormatException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    /// <summary>What libpng 1.6.39 forgave and refused of the same bytes (with png_read_image), and the pixels that it gave.</summary>
    [Fact]
    public void What_libpng_forgives_is_read()
    {
        byte[] packed = DataOf("PngRgb8");
        (string, byte[]) data = ("IDAT", packed);
        (string, byte[]) key = ("tRNS", new byte[6]);
        Tensor whole = Png.Read(Fixture("PngRgb8"));
        MemoryStream[] files =
        [
            Image(Rgb8, data),
            Image(Rgb8, data, ("IEND", [1, 2, 3])),
            Image(Rgb8, data, ("WHAT", []), End),
            Image(Rgb8, data, ("PLTE", [1, 2, 3]), key, End),
            Image(Rgb8, data, ("IDAT", [7, 8]), End),
            Image(Rgb8, data, ("tEXt", []), ("IDAT", [7, 8]), End),
            Image(Rgb8, ("IDAT", []), ("IDAT", packed[..9]), ("IDAT", packed[9..]), End),
            Image(Rgb8, ("IDAT", [.. packed, 0, 0]), End),
            Image(Rgb8, ("whAt", [1]), data, End),
            Image(Rgb8, ("PLTE", [1, 2]), data, End),
            Image(Rgb8, ("tRNS", [1]), data, End),
            Image(Rgb8, ("tRNS", []), data, End),
            Damaged(key, Image(Rgb8, key, data, End)),
            Damaged(("tEXt", [1]), Image(Rgb8, ("tEXt", [1]), data, End)),
            Damaged(End, Image(Rgb8, data, End)),
            new([.. Image(Rgb8, data, End).ToArray(), .. "more"u8]),
            new(Image(Rgb8, data, ("tEXt", new byte[20])).ToArray()[..^9]),
        ];
        Assert.All(files, (file, _) =>
        {
            AssertSame(whole, Png.Read(file));
            AssertSame(whole, Png.Read(new Trickle(file.ToArray())));
        });
    }

    [Fact]
    public void More_rows_than_declared_are_passed_over() =>
        AssertSame(Png.Read(Fixture("PngRgb8Filter0"))[.., ..(Height - 1)].Contiguous(), Png.Read(
            Image(Header(Width, Height - 1, 8, 2), ("IDAT", DataOf("PngRgb8Filter0")), End)));

    [Fact]
    public void The_first_of_two_transparent_colours_counts()
    {
        (string, byte[]) data = ("IDAT", DataOf("PngRgb8"));
        AssertSame(
            Png.Read(Image(Rgb8, ("tRNS", new byte[6]), data, End)),
            Png.Read(Image(Rgb8, ("tRNS", new byte[6]), ("tRNS", [9, 9, 9, 9, 9, 9]), data, End)));
    }

    [Fact]
    public void Indices_beyond_the_palette_are_black()
    {
        Tensor image = Png.Read(Image(Header(Width, Height, 8, 3), ("PLTE", [1, 2, 3]), ("IDAT", DataOf("PngGrey8")), End));
        Assert.Equal([1, 0, 2, 0, 3, 0], image[.., 0, ..2].ToArray<byte>());
    }

    [Theory]
    [InlineData("png_more_rows")]
    [InlineData("png_behind_stream")]
    [InlineData("png_no_end")]
    [Trait("Case", "png-more-rows")]
    [Trait("Case", "png-behind-stream")]
    public void Files_with_more_or_less_than_their_pixels_are_read(string name) =>
        AssertValues(
            Png.Read(RepositoryRoot.File("tests", "cases", "inputs", $"{name}.png")),
            [1, 4, 4],
            [.. from y in Enumerable.Range(0, 4) from x in Enumerable.Range(0, 4) select (byte)((16 * y) + x)]);

    [Fact]
    [Trait("Case", "png-adler")]
    public void A_wrong_checksum_of_the_stream_is_refused_as_by_libpng() =>
        Assert.Contains("checksum", Refused(static () => Png.Read(RepositoryRoot.File("tests", "cases", "inputs", "png_adler.png"))));

    [Theory]
    [InlineData(ImageRange.ZeroOne, new[] { 0, 0.5, 1, 1 + 1e-7 })]
    [InlineData(ImageRange.MinusOneOne, new[] { -1, 0, 1, 1 + 1e-7 })]
    [InlineData(ImageRange.Byte, new[] { 0, 127.5, 255, 255 + 1e-5 })]
    public void Floats_of_a_stated_range_are_rounded_to_bytes(ImageRange range, double[] values)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.png");
        try
        {
            Png.Write(path, Tensor.From(values, [1, 2, 2]), range);
            Assert.Equal([0, 128, 255, 255], Png.Read(path).ToArray<byte>());
            Png.Write(path, Tensor.From(values, [2, 2]).To(DType.Float32), range);
            Assert.Equal([0, 128, 255, 255], Png.Read(path).ToArray<byte>());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(ImageRange.ZeroOne, 255)]
    [InlineData(ImageRange.ZeroOne, -0.1)]
    [InlineData(ImageRange.MinusOneOne, 1.1)]
    [InlineData(ImageRange.Byte, -1)]
    [InlineData(ImageRange.Byte, double.NaN)]
    public void Floats_outside_their_range_are_refused(ImageRange range, double value)
    {
        string message = Refused(() => Png.Write("never.png", Tensor.From([0, value], [1, 1, 2]), range));
        Assert.Contains($"value 1 is {value.ToString(CultureInfo.InvariantCulture)}, outside the range", message);
        Assert.Contains("Choose another ImageRange", message);
        Assert.False(File.Exists("never.png"));
    }

    [Fact]
    public void Floats_without_a_range_are_refused_with_the_fix() =>
        Assert.Contains("Png.Write(path, image, range)", Refused(() => Png.Write("never.png", Tensor.Zeros([1, 2, 2]))));

    [Theory]
    [InlineData("FFD8FFE000104A46", "a JPEG")]
    [InlineData("4749463839610000", "a GIF")]
    [InlineData("5249464600000000", "a WebP")]
    [InlineData("424D000000000000", "a BMP")]
    [Trait("Case", "jpeg-named-png")]
    public void Other_pictures_are_refused_by_name(string start, string name)
    {
        string message = Refused(() => Png.Read(new MemoryStream(Convert.FromHexString(start))));
        Assert.Contains(start, message);
        Assert.Contains($"{name}, not a PNG", message);
        Assert.Contains("Convert it to PNG", message);
    }

    [Theory]
    [InlineData("PngGrey16", 16)]
    [InlineData("PngGrey1", 1)]
    [InlineData("PngRgb8", 8)]
    public void The_bits_of_samples_are_told(string fixture, int bits)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["x.png"], Fixture(fixture).ToArray());
        Assert.Equal(bits, Png.ReadBitDepth(folder["x.png"]));
    }

    /// <summary>The file with a wrong checksum of the last chunk like this one.</summary>
    static MemoryStream Damaged((string Type, byte[] Data) chunk, MemoryStream file)
    {
        byte[] bytes = file.ToArray();
        bytes[bytes.AsSpan().LastIndexOf(System.Text.Encoding.ASCII.GetBytes(chunk.Type)) + 4 + chunk.Data.Length] ^= 1;
        return new MemoryStream(bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_cut_or_wrong_checksum_of_the_pixels_is_noticed(int missing)
    {
        byte[] packed = DataOf("PngRgb8Filter0");
        Assert.Contains("checksum", Refused(() => Png.Read(Image(Rgb8, ("IDAT", packed[..^missing]), End))));
        packed[^missing] ^= 1;
        Refused(() => Png.Read(Image(Rgb8, ("IDAT", packed), End)));
    }

    [Fact]
    public void Packed_pixels_that_need_a_dictionary_are_refused()
    {
        byte[] packed = [0x78, 0x20, 1, 2, 3, 4, .. DataOf("PngRgb8").AsSpan(2)];
        Assert.Contains("compressed data is damaged", Refused(() => Png.Read(Image(Rgb8, ("IDAT", packed), End))));
    }

    [Theory]
    [InlineData(10, 16, 12, 16)] // a plane is at 14: above and the corner are as near
    [InlineData(10, 4, 8, 4)]
    [InlineData(10, 16, 14, 10)] // a plane is at 12: left and the corner are as near
    [InlineData(10, 4, 6, 10)]
    public void Ties_of_the_Paeth_filter_go_to_the_left_then_above(int left, int above, int corner, int expected)
    {
        byte[] row = [(byte)(left - corner), 0];
        PngFilter.Undo(4, row, [(byte)corner, (byte)above], step: 1);
        Assert.Equal((byte)expected, row[1]);
    }

    [Fact]
    public void Pixels_must_be_as_many_as_declared()
    {
        byte[] packed = DataOf("PngRgb8Filter0");
        Assert.Contains(
            "a row of pixels should have", Refused(() => Png.Read(Image(Header(Width, Height + 1, 8, 2), ("IDAT", packed), End))));
    }

    [Theory]
    [InlineData(1 << 14, 1 << 14)]
    [InlineData(1 << 15, 1 << 15)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(0, 7)]
    [InlineData(-9, 7)]
    public void A_size_that_cannot_be_takes_no_memory(int width, int height)
    {
        MemoryStream file = Image(Header(width, height, 8, 2), ("IDAT", DataOf("PngRgb8")), End);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(() => Png.Read(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Chunks_that_do_not_fit_are_refused()
    {
        (string, byte[]) data = ("IDAT", DataOf("PngRgb8"));
        (string, byte[]) palette = ("PLTE", [1, 2, 3]);
        (string, byte[]) indexed = Header(Width, Height, 8, 3);
        Refused(() => Png.Read(Image(data, End)));
        Refused(() => Png.Read(Image(End)));
        Refused(() => Png.Read(Image(Rgb8, End)));
        Refused(() => Png.Read(Image(Rgb8, Rgb8, data, End)));
        Refused(() => Png.Read(Image(Rgb8, ("WHAT", []), data, End)));
        Refused(() => Png.Read(Image(Rgb8, ("wh\u0001t", []), data, End)));
        Refused(() => Png.Read(Image(Rgb8, ("tEXt", []), Rgb8, data, End)));
        Refused(() => Png.Read(Image(("tEXt", []), Rgb8, data, End)));
        Refused(() => Png.Read(Image(Rgb8, ("IDAT", DataOf("PngRgb8")[..9]), ("tEXt", []), ("IDAT", DataOf("PngRgb8")[9..]), End)));
        Refused(() => Png.Read(Damaged(data, Image(Rgb8, data, End))));
        Refused(() => Png.Read(Image(Header(Width, Height, 3, 0), data, End)));
        Refused(() => Png.Read(Image(Header(Width, Height, 8, 5), data, End)));
        Refused(() => Png.Read(Image(indexed, ("IDAT", DataOf("PngGrey8")), End)));
        Refused(() => Png.Read(Image(indexed, ("PLTE", []), ("IDAT", DataOf("PngGrey8")), End)));
        Refused(() => Png.Read(Image(indexed, ("PLTE", [1, 2]), ("IDAT", DataOf("PngGrey8")), End)));
        Refused(() => Png.Read(Image(indexed, ("PLTE", new byte[3 * 257]), ("IDAT", DataOf("PngGrey8")), End)));
        Refused(() => Png.Read(Image(indexed, palette, palette, ("IDAT", DataOf("PngGrey8")), End)));
    }

    /// <summary>The sample that make_fixtures.py gives a pixel.</summary>
    static int Sample(int c, int y, int x, int bits)
    {
        int value = (x * 29) + (y * 53) + (c * 101) + (x * y * 3);
        return (bits == 16 ? (value * 257) + x : value) & ((1 << bits) - 1);
    }

    static byte Color(int c, int index) => (byte)(c switch
    {
        0 => index * 37,
        1 => 255 - index,
        _ => (index * 11) + 5,
    });

    static void AssertImage(string fixture, int channels, Func<int, int, int, byte> expected) =>
        AssertValues(Png.Read(Fixture(fixture)), [channels, Height, Width],
        [
            .. from c in Enumerable.Range(0, channels)
               from y in Enumerable.Range(0, Height)
               from x in Enumerable.Range(0, Width)
               select expected(c, y, x),
        ]);

    static void AssertRoundTrip(Tensor image)
    {
        byte[] file = Written(stream => Png.Write(stream, image));
        Tensor expected = image.Rank == 2 ? image.Unsqueeze(0) : image;
        AssertSame(expected, Png.Read(new MemoryStream(file)));
        AssertSame(expected, Png.Read(new Trickle(file)));
    }

    static (string Type, byte[] Data) Rgb8 => Header(Width, Height, 8, 2);

    static (string Type, byte[] Data) End => ("IEND", []);

    static (string Type, byte[] Data) Header(int width, int height, byte bits, byte color)
    {
        byte[] data = [0, 0, 0, 0, 0, 0, 0, 0, bits, color, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), height);
        return ("IHDR", data);
    }

    static MemoryStream Image(params (string Type, byte[] Data)[] chunks) => new(Written(stream =>
    {
        stream.Write(Png.Signature);
        foreach ((string type, byte[] data) in chunks)
        {
            new PngChunk(type, data).Write(stream);
        }
    }));

    /// <summary>The packed pixels of a fixture.</summary>
    static byte[] DataOf(string fixture)
    {
        using MemoryStream file = Fixture(fixture);
        file.Position = Png.Signature.Length;
        ByteSource source = new(file, "Png");
        PngChunk chunk = PngChunk.Read(source);
        while (chunk.Type != "IDAT")
        {
            chunk = PngChunk.Read(source);
        }

        return chunk.Data;
    }
}
