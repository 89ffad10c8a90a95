using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>Writes and reads evaluations as JSON.</summary>
public static class EvaluationJson
{
    // These files are not shown in browsers, for which the default escapes all letters beyond ASCII.
    static readonly EvaluationJsonContext Context = new(
        new(EvaluationJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes an evaluation as indented JSON.</summary>
    public static string Write(Evaluation evaluation) => JsonSerializer.Serialize(evaluation, Context.Evaluation);

    /// <summary>Writes a comparison of two images as indented JSON.</summary>
    public static string Write(ImageComparison comparison) => JsonSerializer.Serialize(comparison, Context.ImageComparison);

    /// <summary>Writes the distance of paired images as indented JSON.</summary>
    public static string Write(PairedDistance distance) => JsonSerializer.Serialize(distance, Context.PairedDistance);

    /// <summary>Writes the quality of embeddings as indented JSON.</summary>
    public static string Write(EmbeddingQuality quality) => JsonSerializer.Serialize(quality, Context.EmbeddingQuality);

    /// <summary>Writes the quality of translations as indented JSON.</summary>
    public static string Write(TranslationQuality quality) => JsonSerializer.Serialize(quality, Context.TranslationQuality);

    /// <summary>Writes the quality of translations in one direction as indented JSON.</summary>
    public static string Write(TranslationQuality.Direction quality) => JsonSerializer.Serialize(quality, Context.Direction);

    /// <summary>Writes the summary of a retrieval as indented JSON.</summary>
    public static string Write(RetrievalSummary summary) => JsonSerializer.Serialize(summary, Context.RetrievalSummary);

    /// <summary>Reads an evaluation.</summary>
    /// <exception cref="TrainingException">The text is not an evaluation.</exception>
    public static Evaluation Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Context.Evaluation) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new TrainingException("The text is not an evaluation: "
                + $"{e.Message} Give what {nameof(EvaluationJson)}.{nameof(Write)} returned.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Evaluation))]
[JsonSerializable(typeof(ImageComparison))]
[JsonSerializable(typeof(PairedDistance))]
[JsonSerializable(typeof(RetrievalSummary))]
[JsonSerializable(typeof(EmbeddingQuality))]
[JsonSerializable(typeof(TranslationQuality))]
[JsonSerializable(typeof(TranslationQuality.Direction))]
internal sealed partial class EvaluationJsonContext : JsonSerializerContext;
