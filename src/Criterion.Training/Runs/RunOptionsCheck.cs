using System.Text.Json;

namespace Criterion.Training;

/// <summary>Compares the options of a run with those that it is resumed with.</summary>
internal static class RunOptionsCheck
{
    /// <summary>Refuses options that differ.</summary>
    /// <param name="before">The recorded options.</param>
    /// <param name="now">The options that are given now.</param>
    /// <param name="owner">The type of the options, for the error.</param>
    /// <exception cref="TrainingException">They differ; the message names the first difference.</exception>
    public static void CheckSame(JsonElement before, JsonElement now, string owner)
    {
        foreach (JsonProperty option in before.EnumerateObject())
        {
            JsonElement value = now.TryGetProperty(option.Name, out JsonElement given) ? given : default;
            if (value.ValueKind == JsonValueKind.Undefined || !JsonElement.DeepEquals(option.Value, value))
            {
                string name = $"{char.ToUpperInvariant(option.Name[0])}{option.Name[1..]}";
                throw new TrainingException(
                    $"Resume: {owner}.{name} was {RecordTables.Text(option.Value)}, and now is "
                    + $"{(value.ValueKind == JsonValueKind.Undefined ? "missing" : RecordTables.Text(value))}. "
                    + "Give the same value as before, or start a new run in another folder.");
            }
        }
    }
}
