using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>Specifies how RGB images become gray before they are compared. Published numbers differ by this choice.</summary>
public enum Luma
{
    /// <summary>All channels are compared as they are.</summary>
    None,

    /// <summary>
    /// Y of MATLAB's <c>rgb2ycbcr</c>, 16 + 65.481 R + 128.553 G + 24.966 B of R, G and B in [0, 1], from 16 to 235 of 255: the convention
    /// of most super-resolution papers. The peak of PSNR stays 255, and Y is not rounded, as in BasicSR.
    /// </summary>
    Matlab,

    /// <summary>0.299 R + 0.587 G + 0.114 B, Y of ITU-R BT.601 in full range, also Y of YIQ in three digits, as in pyiqa and PIQ.</summary>
    Bt601,

    /// <summary>
    /// Y of YIQ by MATLAB's <c>rgb2ntsc</c> and <c>rgb2gray</c>: 0.298936 R + 0.587043 G + 0.114021 B, from the inverse of the NTSC matrix.
    /// </summary>
    Yiq,
}

/// <summary>Converts RGB images to luma.</summary>
internal static class LumaConversion
{
    /// <summary>Returns the luma of images [N, 3, H, W] as [N, 1, H, W] in the same range.</summary>
    public static Tensor Apply(this Luma luma, string metric, Tensor images, ImageRange range)
    {
        if (luma == Luma.None)
        {
            return images;
        }

        if (images.Shape[1] != 3)
        {
            throw new ShapeException(
                $"{metric}: Luma.{luma} takes RGB images [N, 3, H, W], but they are {images.Shape}. Use Luma.None for other channels.");
        }

        (double offset, double[] weights) = Coefficients(luma);
        double black = range.Black();
        Tensor unit = (images - black) / range.Extent();
        Tensor gray = (unit * Tensor.From(weights, [3, 1, 1])).Sum(1, keepDim: true) + offset;
        return (gray * range.Extent()) + black;
    }

    static (double Offset, double[] Weights) Coefficients(Luma luma) => luma switch
    {
        Luma.Matlab => (16 / 255.0, [65.481 / 255, 128.553 / 255, 24.966 / 255]),
        Luma.Bt601 => (0, [0.299, 0.587, 0.114]),
        Luma.Yiq => (0, [0.298936021293775, 0.587043074451121, 0.114020904255103]),
        _ => throw new ArgumentOutOfRangeException(nameof(luma), luma, $"Luma: unknown value {luma}."),
    };
}
