using Criterion.Metrics;

namespace Criterion.Training;

/// <summary>The similarity of translations to the true images, compared with that of the untranslated input.</summary>
/// <param name="AToB">The translations of A to B.</param>
/// <param name="BToA">The translations of B to A.</param>
public sealed record TranslationQuality(TranslationQuality.Direction AToB, TranslationQuality.Direction BToA)
{
    /// <summary>The similarity in one direction.</summary>
    /// <param name="Psnr">The peak signal-to-noise ratio of the translations in dB, mean over images.</param>
    /// <param name="CopyPsnr">The same for the input itself.</param>
    /// <param name="Ssim">The structural similarity of the translations.</param>
    /// <param name="CopySsim">The same for the input itself.</param>
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
    /// <param name="networks">The networks; the translators stay in evaluation mode.</param>
    /// <param name="a">Images of domain A, <c>[N, C, H, W]</c>, values in [−1, 1].</param>
    /// <param name="b">The same images in domain B.</param>
    public static TranslationQuality Measure(CycleGanNetworks networks, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(networks);
        return new(
            Direction.Of(a, networks.AToB.InBatches(a), b),
            Direction.Of(b, networks.BToA.InBatches(b), a));
    }
}
