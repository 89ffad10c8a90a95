using System.Buffers.Binary;
using System.IO.Compression;
using Criterion.Formats;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

/// <summary>Damages good files at random: out comes a tensor or the typed error, never anything else, and never much memory.</summary>
public class HostileFileTests
{
    const int Rounds = 2000;

    // Files here are below 2 KB. The margin is the largest piece read ahead, and the text of an error.
    const long Little = 1_000_000;

    // A packed image may honestly be a thousand times its file, times 32 where one bit stands for a pixel of four bytes.
    const long Unpacked = 64_000_000;

    static readonly byte[][] NpyFiles = [.. FixturesOf("Npy")];

    static readonly byte[][] PngFiles = [.. FixturesOf("Png")];

    static readonly byte[] Idx3 = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, .. new byte[24]];

    static readonly byte[] TwoTensors = Written(static stream => Safetensors.Write(
        stream,
        [new("a", Filled(DType.Float32, [2, 3])), new("b", Filled(DType.Bool, [5])), new("c", Filled(DType.Int64, []))],
        new Dictionary<string, string> { ["format"] = "pt" }));

    [Fact]
    public void Npy_survives() => Attack(NpyFiles, Same, Little, static stream => Npy.Read(stream));

    [Fact]
    public void Safetensors_survives() => Attack([TwoTensors], Same, Little, static stream => Safetensors.Read(stream).Tensors.Values.FirstOrDefault());

    [Fact]
    public void Idx_survives() => Attack([Idx3, Fixture("IdxGzip").ToArray()], Same, Little, static stream => Idx.Read(stream));

    [Fact]
    public void Idx_survives_under_an_intact_wrapper() => Attack([Idx3], Packed, Little, static stream => Idx.Read(stream));

    [Fact]
    public void Png_survives() => Attack(PngFiles, Same, Unpacked, static stream => Png.Read(stream));

    [Fact]
    public void Png_survives_with_checksums_that_are_right() => Attack(PngFiles, WithChecksums, Unpacked, static stream => Png.Read(stream));

    static void Attack(byte[][] files, Func<byte[], byte[]> finish, long mostBytes, Func<Stream, Tensor?> read)
    {
        Random random = new(20240607);
        int survivors = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = finish(Damage(random.GetItems(files, 1)[0], random));
            using Stream stream = random.Next(2) == 0 ? new MemoryStream(damaged) : new Trickle(damaged);
            long before = GC.GetAllocatedBytesForCurrentThread();
            survivors += TryRead(stream, read) ? 1 : 0;
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < mostBytes, $"round {round} took {taken} bytes for {Convert.ToHexString(damaged)}");
        }

        Assert.InRange(survivors, 0, Rounds - 1);
    }

    static bool TryRead(Stream stream, Func<Stream, Tensor?> read)
    {
        try
        {
            if (read(stream) is { } tensor)
            {
                Assert.Equal(tensor.Count, tensor.To(DType.Float64).ToArray<double>().Length);
            }

            return true;
        }
        catch (DataFormatException e)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
    }

    static byte[] Damage(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        for (int edits = random.Next(1, 4); edits > 0 && bytes.Count > 0; edits--)
        {
            // Headers are at the front, and hold what is worth attacking.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 100) : bytes.Count);
            int length = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = random.GetItems<byte>([0, 1, 0x7F, 0x80, 0xFF, (byte)'9', (byte)'-', (byte)'"'], 1)[0];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    byte[] noise = new byte[length];
                    random.NextBytes(noise);
                    bytes.InsertRange(at, noise);
                    break;
                case 4:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(8) == 0 ? bytes.Count - at : length);
                    break;
            }
        }

        return [.. bytes];
    }

    static byte[] Same(byte[] bytes) => bytes;

    static byte[] Packed(byte[] bytes) => Written(stream =>
    {
        using GZipStream packer = new(stream, CompressionLevel.Fastest, leaveOpen: true);
        packer.Write(bytes);
    });

    /// <summary>Puts right checksums behind the chunks, so that the damage gets past them.</summary>
    static byte[] WithChecksums(byte[] file)
    {
        int at = Png.Signature.Length;
        while (at + 12L <= file.Length && BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at)) is uint length && at + 12L + length <= file.Length)
        {
            int end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), ~Crc32.Add(~0u, file.AsSpan((at + 4)..end)));
            at = end + 4;
        }

        return file;
    }

    static IEnumerable<byte[]> FixturesOf(string prefix) =>
        Fixtures.All.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(static entry => Convert.FromBase64String(entry.Value));
}
