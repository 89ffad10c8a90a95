using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Criterion.Losses;
using Criterion.Schedules;

namespace Criterion.Training;

/// <summary>Writes and reads run records as JSON.</summary>
public static class RunJson
{
    // These files are not shown in browsers, for which the default escapes all letters beyond ASCII.
    static readonly RunJsonContext Context = new(
        new(RunJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes a record as indented JSON.</summary>
    public static string Write(RunRecord record) => JsonSerializer.Serialize(record, Context.RunRecord);

    /// <summary>Reads a record.</summary>
    /// <exception cref="TrainingException">The text is not a run record.</exception>
    public static RunRecord Read(string json) => Read(json, Context.RunRecord, "run record");

    /// <summary>Writes a comparison as indented JSON.</summary>
    public static string Write(ComparisonRecord record) => JsonSerializer.Serialize(record, Context.ComparisonRecord);

    /// <summary>Reads a comparison.</summary>
    /// <exception cref="TrainingException">The text is not a comparison.</exception>
    public static ComparisonRecord ReadComparison(string json) => Read(json, Context.ComparisonRecord, "comparison");

    /// <summary>Reads the record in a file.</summary>
    /// <exception cref="TrainingException">The file is damaged; the message names it.</exception>
    internal static RunRecord ReadFile(string path) => Read(File.ReadAllText(path), Context.RunRecord, "run record", path);

    /// <inheritdoc cref="ReadFile"/>
    internal static ComparisonRecord ReadComparisonFile(string path) =>
        Read(File.ReadAllText(path), Context.ComparisonRecord, "comparison", path);

    /// <summary>Converts options to JSON for tables.</summary>
    internal static JsonElement Element(GanOptions options) => JsonSerializer.SerializeToElement(options, Context.GanOptions);

    /// <inheritdoc cref="Element(GanOptions)"/>
    internal static JsonElement Element(GanNetworks networks) => JsonSerializer.SerializeToElement(networks, Context.GanNetworks);

    /// <inheritdoc cref="Element(GanOptions)"/>
    internal static JsonElement Element(ComparisonRecord record) => JsonSerializer.SerializeToElement(record, Context.ComparisonRecord);

    static T Read<T>(string json, JsonTypeInfo<T> type, string what, string? path = null)
    {
        try
        {
            // The serializer creates objects with null for missing values, and refuses them only when it writes.
            T record = JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it is null");
            JsonSerializer.Serialize(Stream.Null, record, type);
            return record;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or TensorException or TrainingException)
        {
            throw new TrainingException(
                path is null
                    ? $"This is not a {what}: {Problem(e)}"
                    : $"'{path}' is damaged, or not a {what}: {Problem(e)} Restore it from a copy, or start again in another folder.",
                e);
        }
    }

    // Messages of the serializer name .NET types, which do not help the reader of the file.
    static string Problem(Exception e) => e switch
    {
        JsonException { LineNumber: { } line, Path: null or "$" } => $"line {line + 1} is invalid.",
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
[JsonSerializable(typeof(CutRunRecord))]
[JsonSerializable(typeof(EmbeddingRunRecord))]
[JsonSerializable(typeof(PairedRunRecord))]
[JsonSerializable(typeof(Regularizer[]))]
[JsonSerializable(typeof(GanLoss))]
[JsonSerializable(typeof(IEmbeddingLoss))]
[JsonSerializable(typeof(Penalty))]
[JsonSerializable(typeof(Schedule))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
