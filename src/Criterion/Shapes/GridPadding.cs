namespace Criterion;

/// <summary>The values of an image outside its pixels, for <see cref="Tensor.GridSample"/>.</summary>
public enum GridPadding
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The nearest pixel of the border.</summary>
    Border,

    /// <summary>
    /// The image, mirrored as often as necessary: at the centres of the border pixels if corners are aligned, at their outer edges
    /// otherwise.
    /// </summary>
    Reflection,
}
