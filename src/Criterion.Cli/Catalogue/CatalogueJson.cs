using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Criterion.Cli;

/// <summary>Writes the catalogue as JSON.</summary>
internal static class CatalogueJson
{
    static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IEnumerable<CatalogueEntry> entries) =>
        new JsonArray([.. entries.Select(static entry => Entry(entry))]).ToJsonString(Readable);

    public static string Write(CatalogueEntry entry) => Entry(entry).ToJsonString(Readable);

    static JsonObject Entry(CatalogueEntry entry) => new()
    {
        ["name"] = entry.Name,
        ["type"] = entry.Type.FullName,
        ["family"] = entry.About.Family.ToString(),
        ["summary"] = entry.Summary,
        ["remarks"] = entry.Remarks,
        ["latex"] = SymbolicFormula.Of(entry),
        ["code"] = new JsonArray([.. entry.Code.Select(static line => (JsonNode)JsonValue.Create(line)!)]),
        ["shapes"] = entry.About.Shapes,
        ["source"] = entry.About.Source,
        ["twin"] = entry.About.PyTorch,
        ["alternatives"] = entry.About.Alternatives,
        ["options"] = new JsonArray([.. entry.Options.Select(static option => (JsonNode)new JsonObject
        {
            ["name"] = option.Name,
            ["takes"] = option.Accepts,
            ["default"] = option.IsRequired ? null : option.Default,
            ["description"] = option.Description,
        })]),
        ["inputs"] = new JsonArray([.. entry.Calls.Select(static call => (JsonNode)new JsonObject
        {
            ["call"] = call.Name,
            ["tensors"] = new JsonArray([.. call.Inputs.Select(static input => (JsonNode)JsonValue.Create(input.Name)!)]),
        })]),
    };
}
