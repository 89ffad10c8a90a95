using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

/// <summary>Writes pickles opcode by opcode, and the zips around them.</summary>
internal static class PthTesting
{
    /// <summary>Protocol 2.</summary>
    public const string Start = "\u0080\u0002";

    /// <summary>Six floats, 0 to 5.</summary>
    public static readonly byte[] Six = [.. Enumerable.Range(0, 6).SelectMany(static i => BitConverter.GetBytes((float)i))];

    public static string Text(string text) => "X" + Int(text.Length) + text;

    public static string Number(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return "\u008A\u0008" + Encoding.Latin1.GetString(bytes);
    }

    public static string Tuple(params long[] numbers) => "(" + string.Concat(numbers.Select(Number)) + "t";

    public static string Storage(long count = 6, string type = "FloatStorage", string key = "0") =>
        $"({Text("storage")}ctorch\n{type}\n{Text(key)}{Text("cpu")}{Number(count)}tQ";

    public static string Tensor(string storage, string offset, string sizes, string strides) =>
        $"ctorch._utils\n_rebuild_tensor_v2\n({storage}{offset}{sizes}{strides}\u0089}}tR";

    /// <summary>A state dict with one tensor "w".</summary>
    public static string State(string tensor) => $"{Start}}}{Text("w")}{tensor}s.";

    /// <summary>A file with this pickle and storage "0".</summary>
    public static MemoryStream File(string pickle, byte[]? storage = null) =>
        new(Zip(Encoding.Latin1.GetBytes(pickle), ("data/0", storage ?? Six)));

    public static byte[] Zip(byte[] pickle, params (string Name, byte[] Bytes)[] entries) => Written(stream =>
    {
        using ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((string name, byte[] bytes) in (IEnumerable<(string, byte[])>)[("data.pkl", pickle), .. entries])
        {
            using Stream entry = zip.CreateEntry("archive/" + name, CompressionLevel.NoCompression).Open();
            entry.Write(bytes);
        }
    });

    /// <summary>The parts of a zip, by name.</summary>
    public static Dictionary<string, byte[]> Unzip(byte[] file)
    {
        using ZipArchive zip = new(new MemoryStream(file));
        return zip.Entries.ToDictionary(static entry => entry.FullName, static entry =>
        {
            using Stream stream = entry.Open();
            using MemoryStream copy = new();
            stream.CopyTo(copy);
            return copy.ToArray();
        });
    }

    static string Int(int number) => Encoding.Latin1.GetString(BitConverter.GetBytes(number));
}
