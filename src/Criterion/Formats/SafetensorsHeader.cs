using System.Text.Json;

namespace Criterion.Formats;

/// <summary>One tensor as the header describes it: where its data begins and ends, counted from the header's end.</summary>
internal sealed record SafetensorsEntry(string Name, StoredType Type, Shape Shape, long Begin, long End);

/// <summary>The header of a <c>.safetensors</c>: the tensors in the order of their data, checked to follow on one another.</summary>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The one name in the header that stands for no tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>The length of all the data.</summary>
    public long DataBytes => Entries.Count > 0 ? Entries[^1].End : 0;

    /// <summary>The header in <paramref name="json"/>.</summary>
    /// <exception cref="DataFormatException">It is no JSON, or not as the specification wants it.</exception>
    public static SafetensorsHeader Parse(ByteSource source, byte[] json)
    {
        try
        {
            return new SafetensorsHeaderParser(source, json).Parse();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how the reader reports text that is no Unicode.
            throw source.Error("its header is no JSON.", "It is damaged or no .safetensors: fetch it again, or save it as one.", e);
        }
    }
}

/// <summary>Reads the header's JSON from front to back, without a tree in between.</summary>
internal ref struct SafetensorsHeaderParser
{
    readonly ByteSource _source;
    readonly List<SafetensorsEntry> _entries = [];
    readonly HashSet<string> _names = [];
    readonly OrderedDictionary<string, string> _metadata = [];
    Utf8JsonReader _json;

    public SafetensorsHeaderParser(ByteSource source, byte[] json)
    {
        _source = source;
        _json = new Utf8JsonReader(json);
    }

    public SafetensorsHeader Parse()
    {
        _json.Read();
        Expect(JsonTokenType.StartObject);
        while (NextName() is { } name)
        {
            if (!_names.Add(name))
            {
                throw Wrong($"names '{name}' twice");
            }

            Entry(name);
        }

        // Only spaces may follow: the reader throws on anything else.
        _json.Read();

        // In the order of their data; empty tensors, which share a place, stay as the header has them.
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
        Expect(JsonTokenType.StartObject);
        while (NextName() is { } key)
        {
            Expect(JsonTokenType.String);
            if (!_metadata.TryAdd(key, _json.GetString()!))
            {
                throw Wrong($"names '{key}' twice in {SafetensorsHeader.MetadataName}");
            }
        }
    }

    SafetensorsEntry Tensor(string name)
    {
        string? type = null;
        List<long>? sizes = null;
        List<long>? offsets = null;
        Expect(JsonTokenType.StartObject);
        while (NextName() is { } key)
        {
            switch (key)
            {
                case "dtype" when type is null:
                    Expect(JsonTokenType.String);
                    type = _json.GetString();
                    break;
                case "shape" when sizes is null:
                    sizes = Numbers();
                    break;
                case "data_offsets" when offsets is null:
                    offsets = Numbers();
                    break;
                default:
                    throw Wrong($"says '{key}' about tensor '{name}', where dtype, shape and data_offsets stand once each");
            }
        }

        return type is not null && sizes is not null && offsets is { Count: 2 }
            ? Checked(new SafetensorsEntry(name, TypeOf(type, name), _source.Shape(sizes, $"tensor '{name}'"), offsets[0], offsets[1]))
            : throw Wrong($"lacks the dtype, the shape or the two data_offsets of tensor '{name}'");
    }

    readonly SafetensorsEntry Checked(SafetensorsEntry entry)
    {
        // Written as a sum so that no offset, however large, overflows.
        long bytes = (long)entry.Shape.Count * entry.Type.Size;
        return entry.Begin >= 0 && entry.Begin <= long.MaxValue - bytes && entry.End == entry.Begin + bytes
            ? entry
            : throw Wrong($"puts tensor '{entry.Name}' of {bytes} bytes at data_offsets [{entry.Begin}, {entry.End}]");
    }

    readonly void CheckLayout(SafetensorsEntry[] sorted)
    {
        long at = 0;
        foreach (SafetensorsEntry entry in sorted)
        {
            if (entry.Begin != at)
            {
                throw Wrong($"puts tensor '{entry.Name}' at {entry.Begin}, {(entry.Begin < at ? "inside another that ends" : "leaving a gap after the one that ends")} at {at}");
            }

            at = entry.End;
        }
    }

    List<long> Numbers()
    {
        List<long> numbers = [];
        Expect(JsonTokenType.StartArray);
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.Number);
            numbers.Add(_json.TryGetInt64(out long number) ? number : throw Wrong("has a size or an offset that is no whole number of up to 63 bits"));
        }

        return numbers;
    }

    /// <summary>Moves to the value of the next property and gives its name, or null at the end of the object.</summary>
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

    readonly void Expect(JsonTokenType type)
    {
        if (_json.TokenType != type)
        {
            throw Wrong($"has a {_json.TokenType} where a {type} belongs, at byte {_json.TokenStartIndex}");
        }
    }

    readonly StoredType TypeOf(string type, string name) => type switch
    {
        "F64" => StoredType.Float64,
        "F32" => StoredType.Float32,
        "F16" => StoredType.Float16,
        "BF16" => StoredType.BFloat16,
        "I64" => StoredType.Int64,
        "I32" => StoredType.Int32,
        "I16" => StoredType.Int16,
        "I8" => StoredType.Int8,
        "U32" => StoredType.UInt32,
        "U16" => StoredType.UInt16,
        "U8" => StoredType.UInt8,
        "BOOL" => StoredType.Bool,
        _ => throw _source.Error(
            $"tensor '{name}' has elements of type '{type}', which no tensor holds.", "Convert it first, for example to F32."),
    };

    readonly DataFormatException Wrong(string what) =>
        _source.Error($"its header {what}.", "The header is damaged: save or fetch the file again.");
}
