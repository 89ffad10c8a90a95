using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Run records as JSON, there and back.</summary>
public static class RunJson
{
    // No browser shows these files, for which the default escapes every letter beyond ASCII.
    static readonly RunJsonContext Context = new(new(RunJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The record as indented JSON.</summary>
    public static string Write(RunRecord record) => JsonSerializer.Serialize(record, Context.RunRecord);

    /// <summary>The record in <paramref name="json"/>.</summary>
    /// <exception cref="TrainingException">It is no run record.</exception>
    public static RunRecord Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Context.RunRecord) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new TrainingException($"This is no run record: {e.Message}", e);
        }
    }
}

/// <summary>An objective with its name: <c>{ "NonSaturating": { "realTarget": 1 } }</c>.</summary>
internal sealed class ObjectiveConverter : JsonConverter<AdversarialObjective>
{
    public override AdversarialObjective Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonProperty named = document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement.EnumerateObject().FirstOrDefault()
            : throw new JsonException("an objective must be an object");
        return named.Value.ValueKind != JsonValueKind.Object ? throw new JsonException("an objective needs a name and its options") : named.Name switch
        {
            nameof(NonSaturating) => named.Value.Deserialize(RunJsonContext.Default.NonSaturating)!,
            nameof(Wasserstein) => new Wasserstein(),
            _ => throw new JsonException($"there is no objective '{named.Name}'"),
        };
    }

    public override void Write(Utf8JsonWriter writer, AdversarialObjective value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(value.GetType().Name);
        JsonSerializer.Serialize(writer, value, RunJsonContext.Default.GetTypeInfo(value.GetType())
            ?? throw new JsonException($"{value.GetType().Name} is not known to run records; add it to {nameof(RunJsonContext)} and {nameof(ObjectiveConverter)}"));
        writer.WriteEndObject();
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(ObjectiveConverter)])]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(GanRunRecord))]
[JsonSerializable(typeof(CycleGanRunRecord))]
[JsonSerializable(typeof(SiameseRunRecord))]
[JsonSerializable(typeof(NonSaturating))]
[JsonSerializable(typeof(Wasserstein))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
