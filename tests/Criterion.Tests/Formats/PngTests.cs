using System.Buffers.Binary;
using Criterion.Formats;
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
    public void Every_cut_and_every_flipped_bit_is_noticed()
    {
        byte[] file = Fixture("PngRgb8").ToArray();
        for (int i = 0; i < file.Length; i++)
        {
            Refused(() => Png.Read(new MemoryStream(file, 0, i)));
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] flipped = [.. file];
                flipped[i] ^= (byte)(1 << bit);
                Refused(() => Png.Read(new MemoryStream(flipped)));
            }
        }
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
    public void Pixels_must_be_exactly_as_many_as_declared()
    {
        byte[] packed = DataOf("PngRgb8Filter0");
        Assert.Contains("a row of pixels should have", Refused(() => Png.Read(Image(Header(Width, Height + 1, 8, 2), ("IDAT", packed), End))));
        Assert.Contains("more bytes follow", Refused(() => Png.Read(Image(Header(Width, Height - 1, 8, 2), ("IDAT", packed), End))));
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
        Refused(() => Png.Read(Image(Rgb8, data)));
        Refused(() => Png.Read(Image(Rgb8, Rgb8, data, End)));
        Refused(() => Png.Read(Image(Rgb8, ("WHAT", []), data, End)));
        Refused(() => Png.Read(Image(Rgb8, ("tRNS", [1]), data, End)));
        Refused(() => Png.Read(Image(Rgb8, ("tRNS", new byte[6]), ("tRNS", new byte[6]), data, End)));
        Refused(() => Png.Read(Image(Header(Width, Height, 8, 6), ("tRNS", [1, 2]), data, End)));
        Refused(() => Png.Read(Image(Header(Width, Height, 3, 0), data, End)));
        Refused(() => Png.Read(Image(Header(Width, Height, 8, 5), data, End)));
        Refused(() => Png.Read(Image(indexed, ("IDAT", DataOf("PngGrey8")), End)));
        Refused(() => Png.Read(Image(indexed, ("PLTE", [1, 2]), ("IDAT", DataOf("PngGrey8")), End)));
        Refused(() => Png.Read(Image(indexed, palette, ("tRNS", [1, 2]), ("IDAT", DataOf("PngGrey8")), End)));
        Assert.Contains("of a palette of 1", Refused(() => Png.Read(Image(indexed, palette, ("IDAT", DataOf("PngGrey8")), End))));
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
