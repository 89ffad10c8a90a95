namespace Criterion.Nn;

/// <summary>How a resized image is filled in.</summary>
public enum UpsampleMode
{
    /// <summary>From the nearest pixel, rounding down.</summary>
    Nearest,

    /// <summary>From the two nearest pixels along each side.</summary>
    Bilinear,
}

/// <summary>Images [N, C, H, W] enlarged or reduced. PyTorch equivalent: <c>torch.nn.Upsample</c>.</summary>
/// <remarks>
/// With a scale that is no whole number the pixels lie as the sizes before and after say, which is PyTorch's
/// <c>recompute_scale_factor=True</c>.
/// </remarks>
public sealed class Upsample : Module
{
    readonly Size2? _size;
    readonly double? _scale;
    readonly UpsampleMode _mode;
    readonly bool _alignCorners;

    /// <summary>To ⌊H · scale⌋ × ⌊W · scale⌋, or to a fixed size.</summary>
    /// <param name="scale">The factor, above 0; or null with a size.</param>
    /// <param name="size">The height and width of the output; or null with a scale.</param>
    /// <param name="mode">How the image is filled in; nearest.</param>
    /// <param name="alignCorners">For bilinear: whether the centres of the corner pixels stay in place. Default: false.</param>
    /// <exception cref="ArgumentException">Not exactly one of scale and size is given.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not a positive number, or the size below 1.</exception>
    public Upsample(double? scale = null, Size2? size = null, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false)
    {
        (_scale, _size, _mode, _alignCorners) = (scale, size, mode, alignCorners);
        if (scale is null == size is null)
        {
            throw new ArgumentException("Upsample: give either a scale or a size.", nameof(scale));
        }

        Require.Positive(scale ?? 1, "Upsample", nameof(scale));
        size?.CheckAtLeast(1, "Upsample", nameof(size));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Size2 size = _size ?? ((int)(input.Shape[-2] * _scale!.Value), (int)(input.Shape[-1] * _scale.Value));
        return _mode == UpsampleMode.Nearest ? input.UpsampleNearest2d(size) : input.UpsampleBilinear2d(size, _alignCorners);
    }
}
