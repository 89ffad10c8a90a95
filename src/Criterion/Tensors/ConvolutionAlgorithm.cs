namespace Criterion;

/// <summary>How convolutions and their gradients are computed.</summary>
public enum ConvolutionAlgorithm
{
    /// <summary>
    /// Winograd's algorithm where it saves time, which takes up to 2.25 times fewer products: from 16 channels and 256 terms per sum on, with
    /// one group and no dilation. It mixes the pixels of neighbouring windows, so an image that holds a value that is not finite, or 4,096
    /// times (Float64: 2.2e12 times) larger than the largest values elsewhere in most of the image, is convolved directly. docs/engine.md
    /// compares the errors of both.
    /// </summary>
    Fast,

    /// <summary>
    /// Sums of products over each window alone. Slower, and exact to the rounding of each window's own terms whatever its neighbours hold.
    /// </summary>
    Direct,
}
