using System.IO.Compression;
using Criterion.Formats;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

public class IdxTests
{
    static readonly byte[] Counting = [.. Enumerable.Range(0, 24).Select(static i => (byte)i)];

    [Fact]
    public void Images_are_read_plain_and_packed()
    {
        byte[] file = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, .. Counting];

        AssertValues(Idx.Read(new MemoryStream(file)), [2, 3, 4], Counting);
        AssertValues(Idx.Read(new Trickle(file)), [2, 3, 4], Counting);
        AssertValues(Idx.Read(new MemoryStream(Packed(file))), [2, 3, 4], Counting);
        AssertValues(Idx.Read(Fixture("IdxGzip")), [2, 3, 4], Counting);
    }

    [Fact]
    public void Files_are_read_plain_and_packed()
    {
        using TemporaryFolder folder = new();
        byte[] file = [0, 0, 8, 1, 0, 0, 0, 24, .. Counting];
        File.WriteAllBytes(folder["labels"], file);
        File.WriteAllBytes(folder["labels.gz"], Packed(file));

        AssertValues(Idx.Read(folder["labels"]), [24], Counting);
        AssertValues(Idx.Read(folder["labels.gz"]), [24], Counting);
    }

    [Theory]
    [InlineData(0x09, "01FE", DType.Int64)]
    [InlineData(0x0B, "0001FFFE", DType.Int64)]
    [InlineData(0x0C, "00000001FFFFFFFE", DType.Int64)]
    [InlineData(0x0D, "3F800000C0000000", DType.Float32)]
    [InlineData(0x0E, "3FF0000000000000C000000000000000", DType.Float64)]
    public void Every_type_comes_without_loss(int code, string data, DType expected)
    {
        Tensor read = Idx.Read(new MemoryStream([0, 0, (byte)code, 1, 0, 0, 0, 2, .. Convert.FromHexString(data)]));
        Assert.Equal(expected, read.DType);
        Assert.Equal([1.0, -2.0], read.To(DType.Float64).ToArray<double>());
    }

    [Fact]
    public void A_large_packed_array_is_read_whole()
    {
        byte[] file = [0, 0, 8, 2, 0, 0, 2, 0, 0, 0, 4, 0, .. new byte[512 * 1024]];
        Assert.Equal([512, 1024], Idx.Read(new MemoryStream(Packed(file))).Shape);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000")]
    [InlineData("00000A0100000000")]
    [InlineData("0001080100000000")]
    [InlineData("0000080100000002AA")]
    [InlineData("00000801FFFFFFFFAA")]
    [InlineData("00000D017FFFFFFFAA")]
    [InlineData("000008030000FFFF0000FFFF0000FFFFAA")]
    [InlineData("0000080300000000FFFFFFFFFFFFFFFF")]
    [InlineData("000008FFFFFFFFFF")]
    public void Wrong_files_are_refused(string hex)
    {
        byte[] file = Convert.FromHexString(hex);
        Refused(() => Idx.Read(new MemoryStream(file)));
        Refused(() => Idx.Read(new Trickle(file)));
        Refused(() => Idx.Read(new MemoryStream(Packed(file))));
    }

    [Fact]
    public void A_packed_stream_that_cannot_seek_is_read_too()
    {
        AssertValues(Idx.Read(new Trickle(Fixture("IdxGzip").ToArray())), [2, 3, 4], Counting);
        Assert.Contains("damaged", Refused(static () => Idx.Read(new Trickle(Fixture("IdxGzip").ToArray()[..^20]))));
        Refused(static () => Idx.Read(new Trickle([0x1F])));
    }

    [Fact]
    public void A_wrong_checksum_and_bytes_that_follow_are_noticed()
    {
        byte[] file = Fixture("IdxGzip").ToArray();
        file[^6] ^= 1;
        Assert.Contains("damaged", Refused(() => Idx.Read(new MemoryStream(file))));
        Assert.Contains("more bytes", Refused(static () => Idx.Read(new MemoryStream(Packed([0, 0, 8, 1, 0, 0, 0, 1, 5, 6])))));
    }

    static byte[] Packed(byte[] bytes) => Written(stream =>
    {
        using GZipStream packer = new(stream, CompressionLevel.Optimal, leaveOpen: true);
        packer.Write(bytes);
    });
}
