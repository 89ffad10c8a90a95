namespace Criterion.Nn;

/// <summary>Specifies the interpolation of a resized image.</summary>
public enum UpsampleMode
{
    /// <summary>The nearest pixel, rounded down.</summary>
    Nearest,

    /// <summary>The two nearest pixels along each side.</summary>
    Bilinear,
}

/// <summary>Resizes images [N, C, H, W]. PyTorch equivalent: <c>torch.nn.Upsample</c>.</summary>
/// <remarks>
/// With a fractional scale the positions of pixels follow from the sizes before and after, as with PyTorch's
/// <c>recompute_scale_factor=True</c>.
/// </remarks>
public sealed class Upsample : Layer
{
    /// <summary>Initializes the layer for a size of ⌊H · scale⌋ × ⌊W · scale⌋, or a fixed size.</summary>
    /// <param name="scale">The factor, positive; or null with a size.</param>
    /// <param name="size">The height and width of the output; or null with a scale.</param>
    /// <param name="mode">The interpolation. Default: Nearest.</param>
    /// <param name="alignCorners">Whether bilinear interpolation aligns the centers of the corner pixels. Default: false.</param>
    /// <exception cref="ArgumentException">Both or neither of scale and size are given.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not positive and finite, or the size is below 1.</exception>
    public Upsample(double? scale = null, Size2? size = null, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false)
    {
        (Scale, Size, Mode, AlignCorners) = (scale, size, mode, alignCorners);
        if (scale is null == size is null)
        {
            throw new ArgumentException("Upsample: both or neither of scale and size are given. Pass one of them.", nameof(scale));
        }

        Require.Positive(scale ?? 1, "Upsample", nameof(scale));
        size?.CheckAtLeast(1, "Upsample", nameof(size));
    }

    /// <summary>Gets the factor, or null where the size is fixed.</summary>
    public double? Scale { get; }

    /// <summary>Gets the height and width of the output, or null where they follow from the scale.</summary>
    public Size2? Size { get; }

    /// <summary>Gets the interpolation.</summary>
    public UpsampleMode Mode { get; }

    /// <summary>Gets whether bilinear interpolation aligns the centers of the corner pixels.</summary>
    public bool AlignCorners { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of(
        [], ("scale", Scale, null), ("size", Size, null), ("mode", Mode, UpsampleMode.Nearest), ("alignCorners", AlignCorners, false));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        Size2 size = SizeFor(input.Shape);
        return Mode == UpsampleMode.Nearest ? input.UpsampleNearest2d(size) : input.UpsampleBilinear2d(size, AlignCorners);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Mode == UpsampleMode.Nearest
            ? graph.UpsampleNearest(input, SizeFor(input.Shape))
            : graph.UpsampleBilinear(input, SizeFor(input.Shape), AlignCorners);
    }

    Size2 SizeFor(Shape input) => Size ?? ((int)(input[-2] * Scale!.Value), (int)(input[-1] * Scale.Value));
}
