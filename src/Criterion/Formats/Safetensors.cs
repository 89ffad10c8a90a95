using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Criterion.Formats;

/// <summary>What a <c>.safetensors</c> file holds.</summary>
/// <param name="Tensors">The tensors by name, in the order in which they lie in the file.</param>
/// <param name="Metadata">Free text by name; empty where the file has none.</param>
public sealed record SafetensorsFile(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

/// <summary>
/// Hugging Face's <c>.safetensors</c>: named tensors behind a header in JSON. Unlike a pickle, it cannot run code.
/// </summary>
/// <remarks>
/// F32, F64, I64, U8 and BOOL come as they are; F16 and BF16 as Float32, and I8, I16, I32, U16 and U32 as Int64, all without
/// loss. A file must be as the specification wants it: names unique, the data neither overlapping nor with gaps.
/// Source: github.com/huggingface/safetensors, "Format".
/// </remarks>
public static class Safetensors
{
    const string Format = nameof(Safetensors);

    /// <summary>The specification's limit for the header.</summary>
    internal const int MostHeaderBytes = 100_000_000;

    const int Alignment = 8;

    /// <summary>Reads every tensor of a file.</summary>
    /// <exception cref="DataFormatException">The file is no <c>.safetensors</c>, is damaged, or holds a type that no tensor has.</exception>
    public static SafetensorsFile Read(string path) => ByteSource.Open(path, Format, static source => source.Last(Read(source)));

    /// <summary>Reads every tensor and leaves the stream behind the last.</summary>
    /// <exception cref="DataFormatException">What comes is no <c>.safetensors</c>, is damaged, or holds a type that no tensor has.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(new ByteSource(stream, Format));
    }

    /// <summary>Writes a file that holds the tensors in their order; an existing one is replaced once the new one is whole.</summary>
    /// <exception cref="DataFormatException">A name comes twice or is reserved.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes the tensors in their order.</summary>
    /// <exception cref="DataFormatException">A name comes twice or is reserved.</exception>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        KeyValuePair<string, Tensor>[] entries = [.. tensors];
        CheckNames(entries);
        stream.Write(Header(entries, metadata));
        foreach ((_, Tensor tensor) in entries)
        {
            StoredType.Write(stream, tensor);
        }
    }

    static SafetensorsFile Read(ByteSource source)
    {
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(source.Take(sizeof(ulong), "the header's length"));
        if (length is < 2 or > MostHeaderBytes)
        {
            throw source.Error(
                $"it starts with a header length of {length}, where 2 to {MostHeaderBytes} are allowed.",
                "Most likely it is no .safetensors: save it as one.");
        }

        SafetensorsHeader header = SafetensorsHeader.Parse(source, source.Take((long)length, "the header"));
        source.Require(header.DataBytes, "the data of all tensors");
        OrderedDictionary<string, Tensor> tensors = new(header.Entries.Count);
        foreach (SafetensorsEntry entry in header.Entries)
        {
            tensors.Add(entry.Name, entry.Type.Read(source, entry.Shape, $"tensor '{entry.Name}'"));
        }

        return new SafetensorsFile(tensors, header.Metadata);
    }

    static void CheckNames(KeyValuePair<string, Tensor>[] entries)
    {
        HashSet<string> names = [SafetensorsHeader.MetadataName];
        foreach ((string name, Tensor tensor) in entries)
        {
            ArgumentNullException.ThrowIfNull(tensor);
            if (!names.Add(name))
            {
                throw new DataFormatException($"{Format}: the tensor name '{name}' is {(name == SafetensorsHeader.MetadataName ? "reserved" : "there twice")}. Give each tensor a name of its own.");
            }
        }
    }

    /// <summary>The length of the JSON and the JSON, filled up with spaces so that the data starts aligned.</summary>
    static byte[] Header(KeyValuePair<string, Tensor>[] entries, IReadOnlyDictionary<string, string>? metadata)
    {
        ArrayBufferWriter<byte> json = new();
        WriteJson(json, entries, metadata);
        int padded = (json.WrittenCount + Alignment - 1) / Alignment * Alignment;
        if (padded > MostHeaderBytes)
        {
            throw new DataFormatException($"{Format}: the header would have {padded} bytes, and {MostHeaderBytes} are allowed. Shorten the metadata or split the file.");
        }

        byte[] header = new byte[sizeof(ulong) + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)padded);
        json.WrittenSpan.CopyTo(header.AsSpan(sizeof(ulong)));
        header.AsSpan(sizeof(ulong) + json.WrittenCount).Fill((byte)' ');
        return header;
    }

    static void WriteJson(
        ArrayBufferWriter<byte> buffer, KeyValuePair<string, Tensor>[] entries, IReadOnlyDictionary<string, string>? metadata)
    {
        // Nothing here is ever shown by a browser, for which the default escapes quotes and letters beyond ASCII.
        using Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        if (metadata is not null)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach ((string name, string value) in metadata)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        long at = 0;
        foreach ((string name, Tensor tensor) in entries)
        {
            at = WriteEntry(json, name, tensor, at);
        }

        json.WriteEndObject();
    }

    /// <summary>Describes a tensor whose data begins at <paramref name="begin"/>.</summary>
    /// <returns>Where its data ends.</returns>
    static long WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, long begin)
    {
        long end = begin + ((long)tensor.Count * tensor.DType.Size());
        json.WriteStartObject(name);
        json.WriteString("dtype", NameOf(tensor.DType));
        WriteNumbers(json, "shape", tensor.Shape.Select(static size => (long)size));
        WriteNumbers(json, "data_offsets", [begin, end]);
        json.WriteEndObject();
        return end;
    }

    static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    static string NameOf(DType dtype) => dtype switch
    {
        DType.Float32 => "F32",
        DType.Float64 => "F64",
        DType.Int64 => "I64",
        DType.UInt8 => "U8",
        _ => "BOOL",
    };
}
