namespace Criterion.Metrics;

/// <summary>
/// Named conventions of luma, the brightness of red, green and blue by the weights of ITU-R BT.601. Distances of different conventions
/// cannot be compared.
/// </summary>
public enum LumaConvention
{
    /// <summary>
    /// Y = 16 + 65.481 R + 128.553 G + 24.966 B with R, G and B in [0, 1], so black is 16 and white is 235 of 255: MATLAB's
    /// <c>rgb2ycbcr</c>, in which super-resolution is measured. Not rounded, unlike MATLAB's result for bytes.
    /// </summary>
    Bt601Studio,

    /// <summary>Y = 0.299 R + 0.587 G + 0.114 B, from black to white: the luma of JPEG, YIQ and Pillow's mode L. Not rounded.</summary>
    Bt601Full,
}

/// <summary>The conversion to luma.</summary>
internal static class Lumas
{
    const double White = 255;

    /// <summary>Converts images [N, 3, H, W] to luma [N, 1, H, W], in the unit of their range.</summary>
    public static Tensor Of(Tensor images, ImageRange range, LumaConvention convention)
    {
        (double black, double[] weights) = Coefficients(convention);
        Tensor weighted = (images - range.Black()) * Tensor.From(weights, [3, 1, 1]);
        return (weighted.Sum(1, keepDim: true) / White) + (black * range.Extent() / White) + range.Black();
    }

    static (double Black, double[] Weights) Coefficients(LumaConvention convention) => convention switch
    {
        LumaConvention.Bt601Studio => (16, [65.481, 128.553, 24.966]),
        _ => (0, [0.299 * White, 0.587 * White, 0.114 * White]),
    };
}
