using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

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
    public static RunRecord Read(string json) => Read(json, Context.RunRecord, "run record");

    /// <summary>A comparison as indented JSON.</summary>
    public static string Write(ComparisonRecord record) => JsonSerializer.Serialize(record, Context.ComparisonRecord);

    /// <summary>The comparison in <paramref name="json"/>.</summary>
    /// <exception cref="TrainingException">It is no comparison.</exception>
    public static ComparisonRecord ReadComparison(string json) => Read(json, Context.ComparisonRecord, "comparison");

    /// <summary>Options as JSON, for tables of them.</summary>
    internal static JsonElement Element(GanOptions options) => JsonSerializer.SerializeToElement(options, Context.GanOptions);

    /// <inheritdoc cref="Element(GanOptions)"/>
    internal static JsonElement Element(ComparisonRecord record) => JsonSerializer.SerializeToElement(record, Context.ComparisonRecord);

    static T Read<T>(string json, JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new TrainingException($"This is no {what}: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Measurement[]))]
[JsonSerializable(typeof(ComparisonRecord))]
[JsonSerializable(typeof(CompetitorResult[]))]
[JsonSerializable(typeof(SeedResult[]))]
[JsonSerializable(typeof(SeedFinding[]))]
[JsonSerializable(typeof(MeasureSummary[]))]
[JsonSerializable(typeof(GanRunRecord))]
[JsonSerializable(typeof(CycleGanRunRecord))]
[JsonSerializable(typeof(SiameseRunRecord))]
[JsonSerializable(typeof(Regularizer[]))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
