using System.Text.Json;

namespace Criterion.Training;

/// <summary>Names of options and columns as people read them.</summary>
internal static class DisplayName
{
    static readonly Dictionary<string, string> Known = new()
    {
        ["frechet"] = "Fréchet distance",
        ["d_real"] = "D(real)",
        ["d_fake"] = "D(fake)",
        ["aToB"] = "A to B",
        ["bToA"] = "B to A",
        ["psnr"] = "PSNR, dB",
        ["copyPsnr"] = "PSNR of a copy of the input, dB",
        ["ssim"] = "SSIM",
        ["copySsim"] = "SSIM of a copy of the input",
        ["loadA"] = "Load A",
        ["loadB"] = "Load B",
        ["areaUnderCurve"] = "area under the curve (ROC)",
        ["modes_found"] = "modes found",
        ["high_quality"] = "share of good samples",
    };

    /// <summary><c>discriminator_loss</c> and <c>discriminatorLoss</c> are "discriminator loss".</summary>
    public static string Of(string name) => Known.TryGetValue(name, out string? known) ? known : JsonNamingPolicy.SnakeCaseLower.ConvertName(name).Replace('_', ' ');

    /// <summary>The same with a capital.</summary>
    public static string Title(string name) => Of(name) is { Length: > 0 } words ? char.ToUpperInvariant(words[0]) + words[1..] : "";
}
