using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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

/// <summary>A choice with its name and its options: <c>{ "NonSaturating": { "realTarget": 1 } }</c>.</summary>
/// <param name="what">What errors call it.</param>
internal abstract class NamedConverter<T>(string what) : JsonConverter<T>
    where T : class
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonProperty named = document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement.EnumerateObject().FirstOrDefault()
            : throw new JsonException($"the {what} must be an object");
        return named.Value.ValueKind != JsonValueKind.Object
            ? throw new JsonException($"the {what} needs a name and its options")
            : (T)named.Value.Deserialize(Find(named.Name) ?? throw new JsonException($"there is no {what} '{named.Name}'"))!;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(value.GetType().Name);
        JsonSerializer.Serialize(writer, value, RunJsonContext.Default.GetTypeInfo(value.GetType())
            ?? throw new JsonException($"{value.GetType().Name} is not known to run records; add it to {nameof(RunJsonContext)}"));
        writer.WriteEndObject();
    }

    // The library's own kinds of T, as far as the context knows them.
    static JsonTypeInfo? Find(string name) => Kinds.Of(name) is { } kind && kind.IsAssignableTo(typeof(T)) ? RunJsonContext.Default.GetTypeInfo(kind) : null;
}

/// <summary>The objectives and penalties that a run may have, named one by one so that trimming keeps them.</summary>
internal static class Kinds
{
    public static readonly Type[] All =
    [
        typeof(Minimax), typeof(NonSaturating), typeof(LeastSquares), typeof(Wasserstein), typeof(WassersteinLogistic), typeof(Hinge),
        typeof(RelativisticAverageLogistic), typeof(RelativisticAverageLeastSquares), typeof(RelativisticAverageHinge),
        typeof(RelativisticPairedLogistic), typeof(RelativisticPairedLeastSquares), typeof(RelativisticPairedHinge),
        typeof(FGanKL), typeof(FGanReverseKL), typeof(FGanPearson), typeof(FGanHellinger), typeof(FGanJensenShannon), typeof(FGanTotalVariation),
        typeof(EnergyBased), typeof(BoundaryEquilibrium), typeof(ProbabilityBCE),
        typeof(GradientPenalty), typeof(R1), typeof(R2), typeof(R1R2), typeof(Drift), typeof(LeCam), typeof(Consistency),
    ];

    public static Type? Of(string name) => Array.Find(All, kind => kind.Name == name);
}

/// <summary>An objective with its name.</summary>
internal sealed class ObjectiveConverter() : NamedConverter<AdversarialObjective>("objective");

/// <summary>A penalty with its name: <c>{ "GradientPenalty": { "weight": 10 } }</c>.</summary>
internal sealed class PenaltyConverter() : NamedConverter<Penalty>("penalty");

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(ObjectiveConverter), typeof(PenaltyConverter)])]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(Minimax))]
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
[JsonSerializable(typeof(NonSaturating))]
[JsonSerializable(typeof(LeastSquares))]
[JsonSerializable(typeof(Wasserstein))]
[JsonSerializable(typeof(WassersteinLogistic))]
[JsonSerializable(typeof(Hinge))]
[JsonSerializable(typeof(RelativisticAverageLogistic))]
[JsonSerializable(typeof(RelativisticAverageLeastSquares))]
[JsonSerializable(typeof(RelativisticAverageHinge))]
[JsonSerializable(typeof(RelativisticPairedLogistic))]
[JsonSerializable(typeof(RelativisticPairedLeastSquares))]
[JsonSerializable(typeof(RelativisticPairedHinge))]
[JsonSerializable(typeof(FGanKL))]
[JsonSerializable(typeof(FGanReverseKL))]
[JsonSerializable(typeof(FGanPearson))]
[JsonSerializable(typeof(FGanHellinger))]
[JsonSerializable(typeof(FGanJensenShannon))]
[JsonSerializable(typeof(FGanTotalVariation))]
[JsonSerializable(typeof(EnergyBased))]
[JsonSerializable(typeof(BoundaryEquilibrium))]
[JsonSerializable(typeof(ProbabilityBCE))]
[JsonSerializable(typeof(GradientPenalty))]
[JsonSerializable(typeof(R1))]
[JsonSerializable(typeof(R2))]
[JsonSerializable(typeof(R1R2))]
[JsonSerializable(typeof(Drift))]
[JsonSerializable(typeof(LeCam))]
[JsonSerializable(typeof(Consistency))]
[JsonSerializable(typeof(Regularizer[]))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
