using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Criterion.Formats;

/// <summary>The content of a <c>.safetensors</c> file.</summary>
public sealed record SafetensorsFile
{
    /// <summary>Initializes the contents of a file.</summary>
    /// <param name="tensors">The tensors by name, in the order of the file.</param>
    /// <param name="metadata">Text by name; empty if the file has none.</param>
    public SafetensorsFile(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata) =>
        (Tensors, Metadata) = (tensors, metadata);

    /// <summary>
    /// <inheritdoc
    /// cref="SafetensorsFile(IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})"
    /// path="/param[@name='tensors']/node()"/>
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="SafetensorsFile(IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})"
    /// path="/param[@name='metadata']/node()"/>
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; }
}

/// <summary>Hugging Face's <c>.safetensors</c>: named tensors after a JSON header. Unlike a pickle, it cannot execute code.</summary>
/// <remarks>
/// F32, F64, I64, U8 and BOOL keep their type; F16, BF16, F8_E4M3 and F8_E5M2 are read as Float32, and I8, I16, I32, U16, U32 and U64 as
/// Int64, all without loss; a U64 above 2⁶³ − 1 throws. Tensors of other types are skipped unless they are requested. As in the reference,
/// names must be unique and the data must neither overlap nor leave gaps, metadata may be null, and unknown keys of a tensor are ignored.
/// Source: github.com/huggingface/safetensors, "Format" and its reader in Rust.
/// </remarks>
public static class Safetensors
{
    const string Format = nameof(Safetensors);

    /// <summary>The maximum length of the header in the specification.</summary>
    internal const int MostHeaderBytes = 100_000_000;

    const int Alignment = 8;

    /// <summary>Reads the tensors of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">Selects the tensors to read. Others need no memory and may be of any type. Default: all.</param>
    /// <exception cref="DataFormatException">
    /// The file is not <c>.safetensors</c>, is damaged, or a requested tensor has an unsupported type.
    /// </exception>
    public static SafetensorsFile Read(string path, Func<string, bool>? names = null) =>
        ByteSource.Open(path, Format, source => source.EndWith(Read(source, names)));

    /// <summary>Reads tensors and leaves the stream at the end of the data.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="names"><inheritdoc cref="Read(string, Func{string, bool}?)" path="/param[@name='names']"/></param>
    /// <exception cref="DataFormatException">
    /// The stream is not <c>.safetensors</c>, is damaged, or a requested tensor has an unsupported type.
    /// </exception>
    public static SafetensorsFile Read(Stream stream, Func<string, bool>? names = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(new ByteSource(stream, Format), names);
    }

    /// <summary>Writes the tensors to a file in their order; an existing one is replaced atomically.</summary>
    /// <exception cref="DataFormatException">A name is repeated or reserved.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes the tensors in their order.</summary>
    /// <exception cref="DataFormatException">A name is repeated or reserved.</exception>
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

    static SafetensorsFile Read(ByteSource source, Func<string, bool>? names)
    {
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(source.Take(sizeof(ulong), "the header's length"));
        if (length is < 2 or > MostHeaderBytes)
        {
            throw source.Error(
                $"its header length is {length}, but must be 2 to {MostHeaderBytes}.",
                "It is probably not a .safetensors file: save it as one.");
        }

        SafetensorsHeader header = SafetensorsHeader.Parse(source, source.Take((long)length, "the header"));
        source.Require(header.DataBytes, "the data of all tensors");
        OrderedDictionary<string, Tensor> tensors = [];
        foreach (SafetensorsEntry entry in header.Entries)
        {
            string what = $"tensor '{entry.Name}'";
            if (names.Selects(entry.Name))
            {
                tensors.Add(entry.Name, entry.Type(source).Read(source, entry.Shape(source), what));
            }
            else
            {
                source.Skip(entry.Bytes, what);
            }
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
                throw new DataFormatException(
                    $"{Format}: the tensor name '{name}' is {(name == SafetensorsHeader.MetadataName ? "reserved" : "repeated")}. "
                    + "Choose another name.");
            }
        }
    }

    /// <summary>Returns the length of the JSON and the JSON, padded with spaces so that the data is aligned.</summary>
    static byte[] Header(KeyValuePair<string, Tensor>[] entries, IReadOnlyDictionary<string, string>? metadata)
    {
        ArrayBufferWriter<byte> json = new();
        WriteJson(json, entries, metadata);
        int padded = (json.WrittenCount + Alignment - 1) / Alignment * Alignment;
        if (padded > MostHeaderBytes)
        {
            throw new DataFormatException(
                $"{Format}: the header has {padded} bytes, but at most {MostHeaderBytes} are allowed. "
                + "Shorten the metadata or split the file.");
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
        // The default escapes quotes and non-ASCII letters for browsers, which is not needed here.
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
    /// <returns>The end of its data.</returns>
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
