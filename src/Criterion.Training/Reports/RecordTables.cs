using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace Criterion.Training;

/// <summary>Converts records of any kind to tables: one for each object inside, and one for the other values.</summary>
internal static class RecordTables
{
    // The error has a place of its own, and each data set a table.
    static readonly string[] Elsewhere = ["error", "datasets"];

    /// <summary>Creates the tables of results.</summary>
    public static IEnumerable<XElement?> Results(JsonElement record) =>
        from part in record.EnumerateObject()
        where part.Name is "quality" or "modes" && part.Value.ValueKind == JsonValueKind.Object
        select Html.Facts(part.Name == "quality" ? "At the end" : DisplayName.Title(part.Name), Flat(part.Value, ""));

    /// <summary>Creates the tables of everything else, such as options and machine.</summary>
    /// <param name="record">The record.</param>
    /// <param name="unused">The names of properties of parts that do not apply.</param>
    public static IEnumerable<XElement?> Settings(JsonElement record, params IReadOnlyCollection<string> unused)
    {
        yield return Html.Facts(
            "Run",
            record.EnumerateObject().Where(static part => !IsPart(part) && IsGiven(part) && !Elsewhere.Contains(part.Name)).Select(Fact));
        IEnumerable<JsonProperty> parts = record.EnumerateObject().Where(IsPart);
        foreach (JsonProperty part in parts.Where(static part => part.Name is not ("quality" or "modes")))
        {
            yield return Html.Facts(DisplayName.Title(part.Name), Facts(part.Value, unused));
        }
    }

    /// <summary>Returns the names and values of an object, without those that are not given.</summary>
    /// <param name="part">The object.</param>
    /// <param name="unused">The names of properties that do not apply.</param>
    public static IEnumerable<(string Name, string Value)> Facts(JsonElement part, params IReadOnlyCollection<string> unused) =>
        part.EnumerateObject().Where(property => IsGiven(property) && !unused.Contains(property.Name)).Select(Fact);

    /// <summary>Formats a value: <c>{ "kind": "Hinge", "margin": 1 }</c> as "Hinge (margin 1)".</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "none",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.String when value.TryGetDateTimeOffset(out DateTimeOffset time) =>
            time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture),
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "none" : string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.String when value.ValueEquals("None") => "none",
        JsonValueKind.Object when value.TryGetProperty("kind", out JsonElement kind) => WithOptions(kind.ToString(), value),
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Where(IsGiven).Select(Named)),
        _ => value.ToString(),
    };

    static bool IsGiven(JsonProperty property) => property.Value.ValueKind != JsonValueKind.Null
        && !(property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() == 0)
        && !(property.Name == "classes" && property.Value.ValueKind == JsonValueKind.Number && property.Value.GetInt32() == 0);

    static bool IsPart(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Object;

    static (string Name, string Value) Fact(JsonProperty property) => (DisplayName.Title(property.Name), Text(property.Value));

    static string WithOptions(string kind, JsonElement value)
    {
        string options = string.Join(", ", value.EnumerateObject().Where(static property => property.Name != "kind").Select(Named));
        return options.Length > 0 ? $"{kind} ({options})" : kind;
    }

    static string Named(JsonProperty property) => property.Value.ValueKind != JsonValueKind.Object
        ? $"{DisplayName.Of(property.Name)} {Text(property.Value)}"
        : Text(property.Value) is { Length: > 0 } inner ? $"{property.Name} ({inner})" : property.Name;

    // Measurements, which have a name and a value, are listed by name.
    static IEnumerable<(string Name, string Value)> Flat(JsonElement part, string path) =>
        part.EnumerateObject().SelectMany(property => property.Value.ValueKind switch
    {
        JsonValueKind.Object => Flat(property.Value, $"{path}{DisplayName.Title(property.Name)}: "),
        JsonValueKind.Array when property.Value.EnumerateArray().All(IsMeasurement) => property.Value.EnumerateArray()
            .Select(item => ($"{path}{DisplayName.Title(item.GetProperty("name").ToString())}", Number(item.GetProperty("value")))),
        _ => [(path.Length == 0 ? DisplayName.Title(property.Name) : path + DisplayName.Of(property.Name), Number(property.Value))],
    });

    static bool IsMeasurement(JsonElement item) => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("value", out _);

    static string Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? Axis.Text(value.GetDouble()) : Text(value);
}
