using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Criterion.Formats;
using Criterion.Tests.Repository;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

/// <summary>Damages good files at random: out comes a tensor or the typed error, never anything else, and never much memory.</summary>
public class HostileFileTests
{
    const int Rounds = 10_000;

    const int ManyRounds = 1_000_000;

    // Files here are below 10 KB. The margin is the largest piece read ahead, and the text of an error.
    const long Little = 1_000_000;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // A packed image may honestly be a thousand times its file, times 32 where one bit stands for a pixel of four bytes.
    const long Unpacked = 64_000_000;

    static readonly byte[][] NpyFiles = [.. FixturesOf("Npy")];

    static readonly byte[][] PngFiles =
    [
        .. FixturesOf("Png"),
        .. from name in (string[])["png_more_rows", "png_behind_stream", "png_no_end"] select File.ReadAllBytes(
            RepositoryRoot.File("tests", "cases", "inputs", $"{name}.png")),
    ];

    static readonly byte[] Idx3 = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, .. new byte[24]];

    static readonly byte[] TwoTensors = Written(static stream => Safetensors.Write(
        stream,
        [new("a", Filled(DType.Float32, [2, 3])), new("b", Filled(DType.Bool, [5])), new("c", Filled(DType.Int64, []))],
        new Dictionary<string, string> { ["format"] = "pt" }));

    // The same length of data: types of 8 bits, unsigned ones, one that no tensor has, and words that nobody knows.
    static readonly byte[] OtherTypes = WithSafetensorsLength(
    [
        .. """{"__metadata__":null,"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8],"x":{"y":[1,null]}},"""u8,
        .. """ "b":{"dtype":"U64","shape":[1],"data_offsets":[8,16]},"""u8,
        .. """ "c":{"dtype":"F8_E5M2","shape":[5],"data_offsets":[16,21]},"""u8,
        .. """ "d":{"dtype":"U16","shape":[4],"data_offsets":[21,29]},"""u8,
        .. """ "e":{"dtype":"C64","shape":[1],"data_offsets":[29,37]}}"""u8,
    ]);

    static readonly byte[][] PthFiles = [.. PthFixtures.Files.Values];

    static readonly byte[][] Pickles =
    [
        .. PthFixtures.Files.Values.Where(IsZip).Select(static file => PthTesting.Unzip(file)["archive/data.pkl"]),
        .. PthFixtures.Pickles.Values
    ];

    /// <summary>Each format: good files, what is done after the damage, the most bytes that one may take, and the reader.</summary>
    static readonly Dictionary<string, Target> Targets = new()
    {
        ["npy"] = new(NpyFiles, Same, Little, static stream => Npy.Read(stream)),
        ["npy with a header of the right length"] = new(
            [.. NpyFiles.Where(static file => file[6] == 1).Select(NpyHeader)], WithNpyLength, Little, static stream => Npy.Read(stream)),
        ["safetensors"] = new([TwoTensors, OtherTypes], Same, Little, ReadSafetensors),
        ["safetensors with a header of the right length"] = new(
            [SafetensorsHeader(TwoTensors), SafetensorsHeader(OtherTypes)], WithSafetensorsLength, Little, ReadSafetensors),
        ["idx"] = new([Idx3, Fixture("IdxGzip").ToArray()], Same, Little, static stream => Idx.Read(stream)),
        ["idx in an intact wrapper"] = new([Idx3], Packed, Little, static stream => Idx.Read(stream)),
        ["safetensors by name"] = new(
            [SafetensorsHeader(TwoTensors), SafetensorsHeader(OtherTypes)],
            WithSafetensorsLength,
            Little,
            static stream => Safetensors.Read(stream, static name => name is "a" or "c").Tensors.Values.FirstOrDefault()),
        ["png"] = new(PngFiles, Same, Unpacked, static stream => Png.Read(stream)),
        ["png with right checksums"] = new(PngFiles, WithChecksums, Unpacked, static stream => Png.Read(stream)),
        ["pth"] = new(PthFiles, Same, Little, ReadPth),
        ["pth in an intact zip"] = new(Pickles, Zipped, Little, ReadPth),
        ["pth by key in an intact zip"] = new(
            [.. Pickles.Where(static pickle => pickle.AsSpan().IndexOf("state_dict"u8) >= 0)],
            Zipped,
            Little,
            static stream => ReadPth(stream, "state_dict")),
    };

    public static TheoryData<string> Formats => [.. Targets.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Damage_is_survived(string format) => Attack(Targets[format], 20240607, Rounds);

    /// <summary>Runs for minutes: <c>Criterion.Tests.dll --explicit only --filter-trait Category=Long</c>.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void Damage_is_survived_a_million_times() => Assert.All(Targets.Values, static target => Attack(target, 42, ManyRounds));

    // A reader that hangs is one that is still at the same file after the longest that all of them can take.
    static void Attack(Target target, int seed, int rounds)
    {
        byte[] current = [];
        Task attack = Task.Run(
            () => Attack(target, new Random(seed), rounds, damaged => current = damaged), TestContext.Current.CancellationToken);
        byte[]? before = null;
        while (!attack.Wait(Patience, TestContext.Current.CancellationToken))
        {
            Assert.False(ReferenceEquals(before, current), $"the reader hangs on {Convert.ToHexString(current)}");
            before = current;
        }
    }

    static void Attack(Target target, Random random, int rounds, Action<byte[]> onFile)
    {
        int survivors = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] file = Damage(random.GetItems(target.Files, 1)[0], random.GetItems(target.Files, 1)[0], random);
            byte[] damaged = target.Finish(file);
            onFile(damaged);
            using Stream stream = random.Next(2) == 0 ? new MemoryStream(damaged) : new Trickle(damaged);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Tensor? tensor = TryRead(stream, target.Read, damaged, out bool isRead);
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            survivors += isRead ? 1 : 0;
            if (taken >= target.MostBytes)
            {
                Assert.Fail($"round {round} took {taken} bytes for {Convert.ToHexString(damaged)}");
            }

            CheckElements(tensor);
        }

        Assert.InRange(survivors, 0, rounds - 1);
    }

    static Tensor? TryRead(Stream stream, Func<Stream, Tensor?> read, byte[] damaged, out bool isRead)
    {
        isRead = false;
        try
        {
            Tensor? tensor = read(stream);
            isRead = true;
            return tensor;
        }
        catch (DataFormatException e)
        {
            Assert.NotEmpty(e.Message);
            return null;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"not the typed error for {Convert.ToHexString(damaged)}", e);
        }
    }

    /// <summary>Reads every element, but of an expanded tensor, which may stand for millions, only the corners.</summary>
    static void CheckElements(Tensor? tensor)
    {
        const int Most = 1 << 20;
        if (tensor is { Count: > Most })
        {
            tensor = Enumerable.Range(0, tensor.Rank).Aggregate(
                tensor, static (corner, dim) => corner.Narrow(dim, corner.Shape[dim] - 1, 1));
        }

        Assert.Equal(tensor?.Count ?? 0, tensor?.To(DType.Float64).ToArray<double>().Length ?? 0);
    }

    static Tensor? ReadSafetensors(Stream stream) => Safetensors.Read(stream).Tensors.Values.FirstOrDefault();

    static Tensor? ReadPth(Stream stream) => ReadPth(stream, null);

    static Tensor? ReadPth(Stream stream, string? key)
    {
        // Only a stream that can seek is read at all.
        using MemoryStream whole = new();
        stream.CopyTo(whole);
        return Pth.Read(whole, key).Values.LastOrDefault();
    }

    static byte[] Damage(byte[] file, byte[] other, Random random)
    {
        List<byte> bytes = [.. file];
        for (int edits = random.Next(1, 4); edits > 0 && bytes.Count > 0; edits--)
        {
            // Headers are at the front or, in a zip, at the back, and hold what is worth attacking.
            int near = random.Next(Math.Min(bytes.Count, 100));
            int at = random.Next(8) switch { < 3 => near, < 5 => bytes.Count - 1 - near, _ => random.Next(bytes.Count) };
            int length = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(10))
            {
                case 8 or 9:
                    ReplaceDigits(bytes, random);
                    break;
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
                case 5:
                    byte[] number = Number(bytes.Count, random);
                    Replace(bytes, at, number);
                    break;
                case 6:
                    int from = random.Next(other.Length);
                    Replace(bytes, at, other.AsSpan(from, Math.Min(random.Next(1, 100), other.Length - from)));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(8) == 0 ? bytes.Count - at : length);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A length or offset that is nearly right or far from it, of 1, 2, 4 or 8 bytes in either order.</summary>
    static byte[] Number(int length, Random random)
    {
        long[] telling =
        [
            0, 1, -1, length, length - 1, length + 1, 0x7F, 0xFF, short.MaxValue, ushort.MaxValue, int.MaxValue, uint.MaxValue, 1L << 40,
            long.MaxValue, long.MinValue, random.NextInt64()
        ];
        byte[] number = BitConverter.GetBytes(random.GetItems(telling, 1)[0])[..(1 << random.Next(4))];
        if (random.Next(2) == 0)
        {
            Array.Reverse(number);
        }

        return number;
    }

    /// <summary>Replaces a number in digits, such as a size or an offset in a header, by one that is nearly right or far off.</summary>
    static void ReplaceDigits(List<byte> bytes, Random random)
    {
        int from = random.Next(bytes.Count);
        int start = bytes.FindIndex(from, static b => char.IsAsciiDigit((char)b));
        if (start < 0)
        {
            return;
        }

        int end = bytes.FindIndex(start, static b => !char.IsAsciiDigit((char)b));
        string[] telling =
        [
            "0", "1", "-1", "00", "1.5", "1e9", "1e999", "2147483647", "2147483648", "4294967296", "9223372036854775807",
            "9223372036854775808", "99999999999999999999", $"{random.Next(100)}", new('9', 400),
        ];
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        bytes.InsertRange(start, System.Text.Encoding.ASCII.GetBytes(random.GetItems(telling, 1)[0]));
    }

    static void Replace(List<byte> bytes, int at, ReadOnlySpan<byte> by)
    {
        bytes.RemoveRange(at, Math.Min(by.Length, bytes.Count - at));
        bytes.InsertRange(at, by);
    }

    static byte[] SafetensorsHeader(byte[] file) => file[8..^SafetensorsData];

    // Of the two tensors: 6 floats, 5 truth values, an integer.
    static int SafetensorsData => (6 * sizeof(float)) + 5 + sizeof(long);

    static byte[] WithSafetensorsLength(byte[] header) =>
        [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[SafetensorsData]];

    static byte[] NpyHeader(byte[] file) => file[10..(10 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8)))];

    static byte[] WithNpyLength(byte[] header) =>
        [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header, .. new byte[256]];

    static bool IsZip(byte[] file) => file[0] == 'P';

    static byte[] Zipped(byte[] pickle) =>
        PthTesting.Zip(pickle, ("data/0", new byte[64]), ("data/1", PthTesting.Six), ("data/2", new byte[2]));

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
        while (at + 12L <= file.Length
            && BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at)) is uint length
            && at + 12L + length <= file.Length)
        {
            int end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), Crc32.HashToUInt32(file.AsSpan((at + 4)..end)));
            at = end + 4;
        }

        return file;
    }

    static IEnumerable<byte[]> FixturesOf(string prefix) =>
        Fixtures.All.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(
            static entry => Convert.FromBase64String(entry.Value));

    sealed record Target(byte[][] Files, Func<byte[], byte[]> Finish, long MostBytes, Func<Stream, Tensor?> Read);
}
