using Criterion.Metrics;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The similarity of translations to the true images, compared with that of the untranslated input.</summary>
public sealed record TranslationQuality
{
    /// <summary>Initializes the result.</summary>
    /// <param name="aToB">The translations of A to B.</param>
    /// <param name="bToA">The translations of B to A.</param>
    public TranslationQuality(TranslationQuality.Direction aToB, TranslationQuality.Direction bToA) => (AToB, BToA) = (aToB, bToA);

    /// <summary>
    /// <inheritdoc
    /// cref="TranslationQuality(TranslationQuality.Direction, TranslationQuality.Direction)"
    /// path="/param[@name='aToB']/node()"/>
    /// </summary>
    public TranslationQuality.Direction AToB { get; init; }

    /// <summary>
    /// <inheritdoc
    /// cref="TranslationQuality(TranslationQuality.Direction, TranslationQuality.Direction)"
    /// path="/param[@name='bToA']/node()"/>
    /// </summary>
    public TranslationQuality.Direction BToA { get; init; }

    /// <summary>The similarity in one direction.</summary>
    public sealed record Direction
    {
        /// <summary>Initializes the direction.</summary>
        /// <param name="psnr">The peak signal-to-noise ratio of the translations in dB, mean over images.</param>
        /// <param name="copyPsnr">The same for the input itself.</param>
        /// <param name="ssim">The structural similarity of the translations.</param>
        /// <param name="copySsim">The same for the input itself.</param>
        public Direction(double psnr, double copyPsnr, double ssim, double copySsim) =>
            (Psnr, CopyPsnr, Ssim, CopySsim) = (psnr, copyPsnr, ssim, copySsim);

        /// <summary><inheritdoc cref="Direction(double, double, double, double)" path="/param[@name='psnr']/node()"/></summary>
        public double Psnr { get; init; }

        /// <summary><inheritdoc cref="Direction(double, double, double, double)" path="/param[@name='copyPsnr']/node()"/></summary>
        public double CopyPsnr { get; init; }

        /// <summary><inheritdoc cref="Direction(double, double, double, double)" path="/param[@name='ssim']/node()"/></summary>
        public double Ssim { get; init; }

        /// <summary><inheritdoc cref="Direction(double, double, double, double)" path="/param[@name='copySsim']/node()"/></summary>
        public double CopySsim { get; init; }

        /// <summary>Measures a translator on pairs; it stays in evaluation mode.</summary>
        internal static Direction Of(Module translator, Tensor input, Tensor truth) => Of(input, translator.InBatches(input), truth);

        /// <summary>Measures translations, compared with what a copy of the input would reach.</summary>
        internal static Direction Of(Tensor input, Tensor translated, Tensor truth)
        {
            Psnr psnr = new(ImageRange.MinusOneOne, cap: 100);
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
            Direction.Of(networks.AToB, a, b),
            Direction.Of(networks.BToA, b, a));
    }
}
