using System.Globalization;
using System.Text.Json;

namespace Criterion.Tests.Golden;

/// <summary>The options of a golden case, by PyTorch's names.</summary>
public sealed class GoldenArgs(JsonElement json)
{
    /// <summary>Whether the option is given and not null.</summary>
    public bool Has(string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Whether the option is given as null, Python's None.</summary>
    public bool IsNull(string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>Any option as it stands.</summary>
    public JsonElement this[string name] => json.GetProperty(name);

    /// <summary>A number; NaN and infinities are strings in the file.</summary>
    public double Double(string name) => Number(json.GetProperty(name));

    /// <summary>A number, or what stands for it where it is not given.</summary>
    public double Double(string name, double otherwise) => Has(name) ? Double(name) : otherwise;

    /// <summary>A whole number.</summary>
    public int Int(string name) => json.GetProperty(name).GetInt32();

    /// <summary>A whole number, or what stands for it where it is not given.</summary>
    public int Int(string name, int otherwise) => Has(name) ? Int(name) : otherwise;

    /// <summary>Whether the option is given and true.</summary>
    public bool Flag(string name) => Has(name) && json.GetProperty(name).GetBoolean();

    /// <summary>A word.</summary>
    public string Text(string name) => json.GetProperty(name).GetString()!;

    /// <summary>A word, or what stands for it where it is not given.</summary>
    public string Text(string name, string otherwise) => Has(name) ? Text(name) : otherwise;

    /// <summary>A list of whole numbers; a single number counts as a list of one, null as an empty list.</summary>
    public int[] Ints(string name) => !Has(name) ? [] : json.GetProperty(name) switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(static n => n.GetInt32())],
        JsonElement one => [one.GetInt32()],
    };

    /// <summary>Two whole numbers as height and width.</summary>
    public Size2 Size(string name) => Ints(name) switch
    {
        [int both] => both,
        [int height, int width] => (height, width),
        int[] other => throw new NotSupportedException($"{name} has {other.Length} numbers"),
    };

    /// <summary>A number of a golden file.</summary>
    public static double Number(JsonElement json) => json.ValueKind == JsonValueKind.String
        ? json.GetString() switch
        {
            "nan" => double.NaN,
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            string text => double.Parse(text, CultureInfo.InvariantCulture),
            null => throw new NotSupportedException("a number is null"),
        }
        : json.GetDouble();
}
