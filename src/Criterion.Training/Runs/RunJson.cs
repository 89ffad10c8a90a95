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

    /// <summary>The record in a file.</summary>
    /// <exception cref="TrainingException">It is damaged; the message names the file.</exception>
    internal static RunRecord ReadFile(string path) => Read(File.ReadAllText(path), Context.RunRecord, "run record", path);

    /// <inheritdoc cref="ReadFile"/>
    internal static ComparisonRecord ReadComparisonFile(string path) => Read(File.ReadAllText(path), Context.ComparisonRecord, "comparison", path);

    /// <summary>Options as JSON, for tables of them.</summary>
    internal static JsonElement Element(GanOptions options) => JsonSerializer.SerializeToElement(options, Context.GanOptions);

    /// <inheritdoc cref="Element(GanOptions)"/>
    internal static JsonElement Element(ComparisonRecord record) => JsonSerializer.SerializeToElement(record, Context.ComparisonRecord);

    static T Read<T>(string json, JsonTypeInfo<T> type, string what, string? path = null)
    {
        try
        {
            // What is missing is null where the serializer makes the object, and refused only when it is written.
            T record = JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it is null");
            JsonSerializer.Serialize(Stream.Null, record, type);
            return record;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or TensorException or TrainingException)
        {
            throw new TrainingException(
                path is null ? $"This is not a {what}: {Problem(e)}" : $"'{path}' is damaged, or not a {what}: {Problem(e)} Restore it from a copy, or start anew in another folder.", e);
        }
    }

    // Messages of the serializer name types of .NET, which say nothing to whoever has the file.
    static string Problem(Exception e) => e switch
    {
        JsonException { LineNumber: { } line, Path: null or "$" } => $"line {line + 1} is not what belongs there.",
        JsonException { LineNumber: { } line, Path: { } place } => $"line {line + 1} has no valid value for {place.TrimStart('$', '.')}.",
        JsonException { Path: { Length: > 1 } place } => $"it has no {place.TrimStart('$', '.')}.",
        JsonException or NotSupportedException => "its kind or a part is missing.",
        _ => ErrorText.Of(e),
    };
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
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
