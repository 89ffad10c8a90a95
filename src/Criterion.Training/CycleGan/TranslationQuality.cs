using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>How near translations come to the truth, in decibels and structural similarity, beside what a copy of the input has.</summary>
/// <param name="AToB">Of A to B.</param>
/// <param name="BToA">Of B to A.</param>
public sealed record TranslationQuality(TranslationQuality.Direction AToB, TranslationQuality.Direction BToA)
{
    /// <summary>One way.</summary>
    /// <param name="Psnr">Peak signal-to-noise ratio of the translations, mean over images.</param>
    /// <param name="CopyPsnr">That of the input itself.</param>
    /// <param name="Ssim">Structural similarity of the translations.</param>
    /// <param name="CopySsim">That of the input itself.</param>
    public sealed record Direction(double Psnr, double CopyPsnr, double Ssim, double CopySsim)
    {
        internal static Direction Of(Tensor input, Tensor translated, Tensor truth)
        {
            Psnr psnr = new(ImageRange.MinusOneOne, Cap: 100);
            SsimIndex ssim = new(ImageRange.MinusOneOne);
            return new(psnr.Of(translated, truth), psnr.Of(input, truth), ssim.Of(translated, truth), ssim.Of(input, truth));
        }
    }

    /// <summary>Measures two translators on pairs.</summary>
    /// <param name="networks">The translators; they are left in evaluation.</param>
    /// <param name="a">[N, C, H, W] in [−1, 1].</param>
    /// <param name="b">The same images in domain B.</param>
    public static TranslationQuality Measure(CycleGanNetworks networks, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(networks);
        return new(Direction.Of(a, GanTrainer.Sample(networks.AToB, a), b), Direction.Of(b, GanTrainer.Sample(networks.BToA, b), a));
    }
}
