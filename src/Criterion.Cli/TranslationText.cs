using Criterion.Training;

namespace Criterion.Cli;

/// <summary>Formats the quality of translated images.</summary>
internal static class TranslationText
{
    /// <summary>Formats the quality of one direction.</summary>
    /// <param name="what">What was translated.</param>
    /// <param name="quality">The quality.</param>
    /// <param name="reference">What the quality is compared with.</param>
    public static string Line(string what, TranslationQuality.Direction quality, string reference) =>
        $"{what}: PSNR {NumberText.Fixed(quality.Psnr, 2)} dB ({NumberText.Fixed(quality.CopyPsnr, 2)} for {reference}), "
        + $"SSIM {NumberText.Fixed(quality.Ssim, 3)} ({NumberText.Fixed(quality.CopySsim, 3)})";
}
