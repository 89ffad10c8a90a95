namespace Criterion.Training;

/// <summary>Resizes images for Inception. Every way is linear along each side, and differentiable.</summary>
internal static class InceptionInput
{
    public const int Side = 299;

    /// <summary>Returns a way of resizing if it is defined, or throws.</summary>
    public static InceptionResize Known(InceptionResize resize) => Enum.IsDefined(resize)
        ? resize
        : throw new ArgumentOutOfRangeException(
            nameof(resize), resize, $"InceptionResize: {resize} is undefined. Use Clean, Legacy or PyTorchFid.");

    /// <summary>Returns the input of the network, <c>[N, 3, 299, 299]</c>, from values of 0 to 255, <c>[N, 3, H, W]</c>.</summary>
    public static Tensor Of(Tensor bytes, InceptionResize resize) => resize switch
    {
        InceptionResize.Clean => Scaled(SeparableResize.Bicubic(bytes, Side).Clamp(0, 255)),
        InceptionResize.Legacy => Scaled(SeparableResize.Of(bytes, Side, CornerBilinear)),
        _ => (bytes.UpsampleBilinear2d(Side) / 127.5) - 1,
    };

    // The graph of 2015 subtracts 128, not 127.5.
    static Tensor Scaled(Tensor bytes) => (bytes - 128) / 128;

    /// <summary>Returns the weights of the pixels around i · from / to.</summary>
    static double[] CornerBilinear(int from, int to, int index)
    {
        double at = (double)index * from / to;
        int left = (int)at;
        double[] weights = new double[from];
        weights[left] = 1 - (at - left);
        weights[Math.Min(left + 1, from - 1)] += at - left;
        return weights;
    }
}
