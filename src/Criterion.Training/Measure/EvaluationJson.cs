using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>Evaluations as JSON, there and back.</summary>
public static class EvaluationJson
{
    // No browser shows these files, for which the default escapes every letter beyond ASCII.
    static readonly EvaluationJsonContext Context = new(new(EvaluationJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The evaluation as indented JSON.</summary>
    public static string Write(Evaluation evaluation) => JsonSerializer.Serialize(evaluation, Context.Evaluation);

    /// <summary>The evaluation in <paramref name="json"/>.</summary>
    /// <exception cref="TrainingException">It is no evaluation.</exception>
    public static Evaluation Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Context.Evaluation) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new TrainingException($"This is no evaluation: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Evaluation))]
internal sealed partial class EvaluationJsonContext : JsonSerializerContext;
