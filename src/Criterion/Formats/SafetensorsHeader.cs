using System.Text.Json;

namespace Criterion.Formats;

/// <summary>A tensor as described by the header: the begin and end of its data, relative to the header's end.</summary>
internal sealed record SafetensorsEntry(string Name, string TypeName, IReadOnlyList<long> Sizes, long Begin, long End)
{
    /// <summary>Gets the length of its data.</summary>
    public long Bytes => End - Begin;

    /// <summary>Returns its stored type.</summary>
    /// <exception cref="DataFormatException">The type is not supported.</exception>
    public StoredType Type(ByteSource source) => SafetensorsType.Of(TypeName)?.Stored ?? throw source.Error(
        $"tensor '{Name}' has the unsupported element type '{TypeName}'.",
        "Convert it first, for example to F32, or leave it out by names.");

    /// <summary>Returns its shape.</summary>
    /// <exception cref="DataFormatException">A tensor cannot have so many elements.</exception>
    public Shape Shape(ByteSource source) => source.Shape(Sizes, $"tensor '{Name}'");
}

/// <summary>An element type of the specification.</summary>
/// <param name="Bits">The bits of an element.</param>
/// <param name="Stored">The stored type, or null if tensors do not support it.</param>
internal sealed record SafetensorsType(int Bits, StoredType? Stored)
{
    /// <summary>Returns the type of a name, or null for an unknown one.</summary>
    public static SafetensorsType? Of(string name) => name switch
    {
        "F64" => new(64, StoredType.Float64),
        "F32" => new(32, StoredType.Float32),
        "F16" => new(16, StoredType.Float16),
        "BF16" => new(16, StoredType.BFloat16),
        "F8_E4M3" => new(8, StoredType.Float8E4M3),
        "F8_E5M2" => new(8, StoredType.Float8E5M2),
        "I64" => new(64, StoredType.Int64),
        "I32" => new(32, StoredType.Int32),
        "I16" => new(16, StoredType.Int16),
        "I8" => new(8, StoredType.Int8),
        "U64" => new(64, StoredType.UInt64),
        "U32" => new(32, StoredType.UInt32),
        "U16" => new(16, StoredType.UInt16),
        "U8" => new(8, StoredType.UInt8),
        "BOOL" => new(8, StoredType.Bool),
        "F8_E8M0" => new(8, null),
        "F6_E2M3" or "F6_E3M2" => new(6, null),
        "F4" => new(4, null),
        "C64" => new(64, null),
        _ => null,
    };
}

/// <summary>The header of a <c>.safetensors</c>: the tensors in the order of their data, checked to be contiguous.</summary>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The reserved name of the metadata.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>Gets the length of all data.</summary>
    public long DataBytes => Entries.Count > 0 ? Entries[^1].End : 0;

    /// <summary>Parses the header in <paramref name="json"/>.</summary>
    /// <exception cref="DataFormatException">The header is not JSON, or violates the specification.</exception>
    public static SafetensorsHeader Parse(ByteSource source, byte[] json)
    {
        try
        {
            return new SafetensorsHeaderParser(source, json).Parse();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader throws InvalidOperationException for invalid Unicode.
            throw source.Error(
                "its header is not JSON.", "It is damaged or not a .safetensors file: download it again, or save it as one.", e);
        }
    }
}

/// <summary>Parses the header's JSON in one pass, without building a tree.</summary>
internal ref struct SafetensorsHeaderParser
{
    // The reference's limit, for ignored properties of a tensor.
    const int MostDepth = 128;

    readonly ByteSource _source;
    readonly List<SafetensorsEntry> _entries = [];
    readonly HashSet<string> _names = [];
    readonly OrderedDictionary<string, string> _metadata = [];
    Utf8JsonReader _json;

    public SafetensorsHeaderParser(ByteSource source, byte[] json)
    {
        _source = source;
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MostDepth });
    }

    public SafetensorsHeader Parse()
    {
        _json.Read();
        Expect(JsonTokenType.StartObject, "the header");
        while (NextName() is { } name)
        {
            if (!_names.Add(name))
            {
                throw Damaged($"names '{name}' twice");
            }

            Entry(name);
        }

        // Only spaces may follow: the reader throws on anything else.
        _json.Read();

        // In the order of their data; empty tensors, which share a position, keep the order of the header.
        SafetensorsEntry[] sorted = [.. _entries.OrderBy(static entry => (entry.Begin, entry.End))];
        CheckLayout(sorted);
        return new SafetensorsHeader(sorted, _metadata);
    }

    void Entry(string name)
    {
        if (name == SafetensorsHeader.MetadataName)
        {
            Metadata();
        }
        else
        {
            _entries.Add(Tensor(name));
        }
    }

    void Metadata()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(JsonTokenType.StartObject, SafetensorsHeader.MetadataName);
        while (NextName() is { } key)
        {
            Expect(JsonTokenType.String, $"{SafetensorsHeader.MetadataName}.{key}");
            if (!_metadata.TryAdd(key, _json.GetString()!))
            {
                throw Damaged($"names '{key}' twice in {SafetensorsHeader.MetadataName}");
            }
        }
    }

    SafetensorsEntry Tensor(string name)
    {
        string? type = null;
        List<long>? sizes = null;
        List<long>? offsets = null;
        Expect(JsonTokenType.StartObject, name);
        while (NextName() is { } key)
        {
            switch (key)
            {
                case "dtype" when type is null:
                    Expect(JsonTokenType.String, $"{name}.{key}");
                    type = _json.GetString();
                    break;
                case "shape" when sizes is null:
                    sizes = Numbers($"{name}.{key}");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = Numbers($"{name}.{key}");
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Damaged($"repeats '{key}' of tensor '{name}'");
                default:
                    _json.Skip();
                    break;
            }
        }

        return type is not null && sizes is not null && offsets is { Count: 2 }
            ? Checked(new SafetensorsEntry(name, type, sizes, offsets[0], offsets[1]))
            : throw Damaged($"lacks the dtype, the shape or the two data_offsets of tensor '{name}'");
    }

    readonly SafetensorsEntry Checked(SafetensorsEntry entry)
    {
        if (entry.Begin < 0 || entry.End < entry.Begin)
        {
            throw Damaged($"puts tensor '{entry.Name}' at data_offsets [{entry.Begin}, {entry.End}]");
        }

        // The size of an element of unknown type is not known, so any length is accepted.
        return SafetensorsType.Of(entry.TypeName) is not { } type || BitsOf(entry, type) == 8 * (Int128)entry.Bytes
            ? entry
            : throw Damaged(
                $"puts tensor '{entry.Name}' of {entry.TypeName} and shape [{string.Join(", ", entry.Sizes.Take(MostDepth))}] "
                + $"at data_offsets [{entry.Begin}, {entry.End}]");
    }

    /// <summary>Returns the length of a tensor; −1 if a size is negative, or no file could store it.</summary>
    static Int128 BitsOf(SafetensorsEntry entry, SafetensorsType type)
    {
        Int128 bits = type.Bits;
        foreach (long size in entry.Sizes)
        {
            bits = size < 0 || bits < 0 || bits > long.MaxValue ? -1 : bits * size;
        }

        return bits;
    }

    readonly void CheckLayout(SafetensorsEntry[] sorted)
    {
        long at = 0;
        foreach (SafetensorsEntry entry in sorted)
        {
            if (entry.Begin != at)
            {
                throw Damaged(
                    $"puts tensor '{entry.Name}' at {entry.Begin}, "
                    + $"{(entry.Begin < at ? "inside another that ends" : "leaving a gap after the one that ends")} at {at}");
            }

            at = entry.End;
        }
    }

    List<long> Numbers(string what)
    {
        List<long> numbers = [];
        Expect(JsonTokenType.StartArray, what);
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.Number, what);
            numbers.Add(_json.TryGetInt64(out long number)
                ? number
                : throw Damaged("has a size or an offset that is not a 64-bit integer"));
        }

        return numbers;
    }

    /// <summary>Moves to the value of the next property and returns its name, or null at the end of the object.</summary>
    string? NextName()
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        string name = _json.GetString()!;
        _json.Read();
        return name;
    }

    readonly void Expect(JsonTokenType type, string what)
    {
        if (_json.TokenType != type)
        {
            throw Damaged($"has a {_json.TokenType} instead of a {type} for '{what}', at byte {_json.TokenStartIndex}");
        }
    }

    readonly DataFormatException Damaged(string what) =>
        _source.Error($"its header {what}.", "The header is damaged: save or download the file again.");
}
