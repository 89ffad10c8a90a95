using System.Globalization;
using Criterion.Formats;
using static Criterion.Images.Tests.PhotoFiles;

namespace Criterion.Images.Tests;

/// <summary>Pictures have the pixels that Pillow decodes, and damaged ones are refused.</summary>
public sealed class SkiaImageDecoderTests
{
    public static TheoryData<string> Names => [.. PhotoFiles.Names];

    public static TheoryData<string> Orientations => [.. Enumerable.Range(1, 8).Select(static i => $"orientation{i}.jpg")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pixels_are_those_of_Pillow(string name)
    {
        Tensor expected = Golden(name);
        Tensor actual = Decode(name);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.ToArray<byte>(), actual.ToArray<byte>());
    }

    // All eight files have the same compressed pixels.
    [Theory]
    [MemberData(nameof(Orientations))]
    public void Orientations_turn_the_pixels_of_the_file(string name)
    {
        Tensor file = Decode("orientation1.jpg");
        (int height, int width) = (file.Shape[1], file.Shape[2]);
        int orientation = int.Parse(name.AsSpan("orientation".Length, 1), CultureInfo.InvariantCulture);
        Tensor upright = Decode(name);
        Assert.Equal(orientation <= 4 ? new Shape(3, height, width) : new Shape(3, width, height), upright.Shape);
        byte[] pixels = file.ToArray<byte>();
        byte[] actual = upright.ToArray<byte>();
        for (int i = 0; i < actual.Length; i++)
        {
            (int channel, int rest) = Math.DivRem(i, height * width);
            (int y, int x) = Math.DivRem(rest, upright.Shape[2]);
            (int row, int column) = Source(orientation, y, x, height - 1, width - 1);
            Assert.Equal(pixels[(((channel * height) + row) * width) + column], actual[i]);
        }
    }

    [Fact]
    public void Turned_and_animated_pictures_are_reported()
    {
        SkiaImageDecoder decoder = new();
        Assert.False(decoder.Decode(Bytes("orientation1.jpg")).IsTurned);
        Assert.True(decoder.Decode(Bytes("orientation2.jpg")).IsTurned);
        Assert.True(decoder.Decode(Bytes("turned.webp")).IsTurned);
        Assert.True(decoder.Decode(Bytes("frames.gif")).IsAnimated);
        Assert.False(decoder.Decode(Bytes("palette.gif")).IsAnimated);
    }

    // The last bytes of a GIF are the end of its last frame and its trailer.
    [Theory]
    [InlineData("420.jpg", 1)]
    [InlineData("progressive.jpg", 1)]
    [InlineData("grey.jpg", 1)]
    [InlineData("cmyk.jpg", 1)]
    [InlineData("lossless.webp", 1)]
    [InlineData("lossy.webp", 1)]
    [InlineData("24.bmp", 1)]
    [InlineData("palette.gif", 3)]
    public void Files_that_are_cut_anywhere_are_damaged(string name, int most)
    {
        byte[] whole = Bytes(name);
        SkiaImageDecoder decoder = new();
        int[] decoded = [.. Enumerable.Range(0, whole.Length - most + 1).Where(length => IsDecoded(decoder, whole[..length]))];
        Assert.Empty(decoded);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Changed_bytes_are_decoded_or_refused_and_nothing_else(string name)
    {
        const int Tries = 300;
        RandomStream random = new(3);
        byte[] whole = Bytes(name);
        SkiaImageDecoder decoder = new();
        for (int i = 0; i < Tries; i++)
        {
            byte[] changed = [.. whole];
            for (int k = 0; k < 4; k++)
            {
                changed[random.NextInt(whole.Length)] = (byte)random.NextInt(256);
            }

            IsDecoded(decoder, changed);
        }
    }

    [Fact]
    public void A_header_that_claims_too_many_pixels_is_refused_before_memory_is_allocated()
    {
        byte[] gif = Bytes("palette.gif");
        gif.AsSpan(6, 4).Fill(0x7F);
        Assert.Equal(
            "has 32639×32639 pixels, more than 2²⁸",
            Assert.Throws<DataFormatException>(() => new SkiaImageDecoder().Decode(gif)).Message);
    }

    [Fact]
    public void No_file_is_an_argument() => Assert.Throws<ArgumentNullException>(() => new SkiaImageDecoder().Decode(null!));

    static bool IsDecoded(SkiaImageDecoder decoder, byte[] file)
    {
        try
        {
            decoder.Decode(file);
            return true;
        }
        catch (DataFormatException)
        {
            return false;
        }
    }

    // EXIF: where the pixel of the upright picture is in the file.
    static (int Row, int Column) Source(int orientation, int y, int x, int bottom, int right) => orientation switch
    {
        1 => (y, x),
        2 => (y, right - x),
        3 => (bottom - y, right - x),
        4 => (bottom - y, x),
        5 => (x, y),
        6 => (bottom - x, y),
        7 => (bottom - x, right - y),
        _ => (x, right - y),
    };
}
