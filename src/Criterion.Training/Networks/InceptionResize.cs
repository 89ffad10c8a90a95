namespace Criterion.Training;

/// <summary>The filter that resizes images to the 299×299 pixels of Inception. Distances of different filters cannot be compared.</summary>
public enum InceptionResize
{
    /// <summary>
    /// Pillow's bicubic filter, antialiased, on single channels without rounding, clipped to [0, 255]: clean-fid. Source: Parmar, Zhang,
    /// Zhu, On aliased resizing and surprising subtleties in GAN evaluation, 2022.
    /// </summary>
    Clean,

    /// <summary>
    /// TensorFlow 1's bilinear interpolation without half-pixel centres and without antialiasing: the original code of Heusel et al., 2017,
    /// and torch-fidelity.
    /// </summary>
    Legacy,

    /// <summary>PyTorch's bilinear interpolation with half-pixel centres and without antialiasing: pytorch-fid.</summary>
    PyTorchFid,
}
