using System.Text.Json;

namespace Criterion.Training;

/// <summary>Names of options, columns and measures as a report shows them.</summary>
internal static class DisplayName
{
    static readonly Dictionary<string, string> Known = new()
    {
        ["frechet"] = "Fréchet distance",
        ["aToB"] = "A to B",
        ["bToA"] = "B to A",
        ["psnr"] = "PSNR, dB",
        ["copyPsnr"] = "PSNR of a copy of the input, dB",
        ["ssim"] = "SSIM",
        ["copySsim"] = "SSIM of a copy of the input",
        ["loadA"] = "Load A",
        ["loadB"] = "Load B",
        ["areaUnderCurve"] = "area under the curve (ROC)",
        ["precisionAtOne"] = "Recall@1",
        ["meanAveragePrecisionAtR"] = "MAP@R",
        ["modes_found"] = "modes found",
        ["high_quality"] = "share of high-quality samples",
    };

    /// <summary>Returns the words of a name: <c>discriminator_loss</c> and <c>discriminatorLoss</c> are "discriminator loss".</summary>
    public static string Of(string name) =>
        Known.TryGetValue(name, out string? known) ? known : JsonNamingPolicy.SnakeCaseLower.ConvertName(name).Replace('_', ' ');

    /// <summary>Returns the name of a column.</summary>
    public static string Of(StepColumnAttribute column) => column.Label ?? Of(column.Name);

    /// <summary>Returns the words of a name with a capital.</summary>
    public static string Title(string name) => Capitalized(Of(name));

    /// <inheritdoc cref="Title(string)"/>
    public static string Title(StepColumnAttribute column) => Capitalized(Of(column));

    static string Capitalized(string words) => words.Length == 0 ? "" : char.ToUpperInvariant(words[0]) + words[1..];
}
