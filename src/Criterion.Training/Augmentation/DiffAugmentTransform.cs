namespace Criterion.Training;

/// <summary>
/// The transforms that <see cref="DiffAugment"/> draws, applied in the order of these properties; null where there is none.
/// </summary>
public sealed record DiffAugmentTransform : ImageTransform
{
    /// <summary>Initializes transforms that change nothing.</summary>
    /// <param name="count">The number of images, N.</param>
    public DiffAugmentTransform(int count)
        : base(count)
    {
    }

    /// <summary>Gets what is added to each image, <c>[N]</c>.</summary>
    public Tensor? Brightness { get; init; }

    /// <summary>Gets the factors of the distance from the mean over channels, <c>[N]</c>.</summary>
    public Tensor? Saturation { get; init; }

    /// <summary>Gets the factors of the distance from the mean of the image, <c>[N]</c>.</summary>
    public Tensor? Contrast { get; init; }

    /// <summary>Gets the pixels by which each image moves down and to the right, Int64 <c>[N, 2]</c>.</summary>
    public Tensor? Translation { get; init; }

    /// <summary>
    /// Gets the row and column of the centre of the box that is cut out, Int64 <c>[N, 2]</c>; a box of even sides begins half of them
    /// before it.
    /// </summary>
    public Tensor? CutoutCentre { get; init; }

    /// <summary>Gets the height and width of the box, in pixels; the part beyond the image is ignored.</summary>
    public Size2 Cutout { get; init; }

    /// <summary>Gets which images are flipped from left to right, Bool <c>[N]</c>.</summary>
    public Tensor? Flip { get; init; }

    private protected override Tensor Transform(Tensor images)
    {
        Tensor x = images;
        x = Brightness is null ? x : x + PerImage(Brightness, x);
        x = Saturation is null || x.Shape[1] == 1 ? x : Stretch(x, x.Mean(1, keepDim: true), Saturation);
        x = Contrast is null ? x : Stretch(x, x.Mean([1, 2, 3], keepDim: true), Contrast);
        x = Translation is null ? x : PixelMoves.Translate(x, Translation);
        x = CutoutCentre is null ? x : x * PixelMoves.OutsideBox(x, CutoutCentre, Cutout);
        return Flip is null ? x : Tensor.Where(Flip.Reshape(-1, 1, 1, 1), x.Flip(3), x);
    }

    static Tensor Stretch(Tensor x, Tensor mean, Tensor factor) => ((x - mean) * PerImage(factor, x)) + mean;

    static Tensor PerImage(Tensor values, Tensor images) => values.To(images.DType).Reshape(-1, 1, 1, 1);
}
