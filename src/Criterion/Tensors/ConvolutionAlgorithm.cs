namespace Criterion;

/// <summary>The algorithm of convolutions and their gradients.</summary>
public enum ConvolutionAlgorithm
{
    /// <summary>
    /// Winograd's algorithm, which takes up to 2.25 times fewer products, where it saves time: from 16 channels and 256 terms per sum on,
    /// with one group and no dilation. It mixes the pixels of neighbouring windows, so an image is convolved directly if it contains a
    /// value that is not finite, or one 4,096 times (Float64: 2.2e12 times) larger than the largest values in most of the image.
    /// docs/engine.md compares the errors of both.
    /// </summary>
    Fast,

    /// <summary>
    /// Sums of products over each window alone. Slower; the error is the rounding of the window's own terms, whatever its neighbours are.
    /// </summary>
    Direct,
}
