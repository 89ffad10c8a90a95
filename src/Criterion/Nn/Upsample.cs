namespace Criterion.Nn;

/// <summary>How a resized image is filled in.</summary>
public enum UpsampleMode
{
    /// <summary>From the nearest pixel, rounding down.</summary>
    Nearest,

    /// <summary>From the two nearest pixels along each side.</summary>
    Bilinear,
}

/// <summary>Images [N, C, H, W] enlarged or reduced. The twin of <c>torch.nn.Upsample</c>.</summary>
/// <remarks>
/// With a scale that is no whole number the pixels lie as the sizes before and after say, which is PyTorch's
/// <c>recompute_scale_factor=True</c>.
/// </remarks>
public sealed class Upsample : Module
{
    readonly Size2? _size;
    readonly double _scale;
    readonly UpsampleMode _mode;
    readonly bool _alignCorners;

    /// <summary>To ⌊H · scale⌋ × ⌊W · scale⌋.</summary>
    /// <param name="scale">The factor; above 0.</param>
    /// <param name="mode">How the image is filled in; nearest.</param>
    /// <param name="alignCorners">For bilinear: whether the centres of the corner pixels stay in place; no.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not a positive number.</exception>
    public Upsample(double scale, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false)
    {
        (_scale, _mode, _alignCorners) = (scale, mode, alignCorners);
        if (!(scale > 0) || !double.IsFinite(scale))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "Upsample: the scale must be a positive number.");
        }
    }

    /// <summary>To a fixed size.</summary>
    /// <param name="size">The height and width of the output.</param>
    /// <param name="mode">How the image is filled in; nearest.</param>
    /// <param name="alignCorners">For bilinear: whether the centres of the corner pixels stay in place; no.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public Upsample(Size2 size, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false)
    {
        (_size, _mode, _alignCorners) = (size, mode, alignCorners);
        size.CheckAtLeast(1, "Upsample", nameof(size));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Size2 size = _size ?? ((int)(input.Shape[-2] * _scale), (int)(input.Shape[-1] * _scale));
        return _mode == UpsampleMode.Nearest ? input.UpsampleNearest2d(size) : input.UpsampleBilinear2d(size, _alignCorners);
    }
}
