namespace Criterion.Training;

/// <summary>The transforms that <see cref="AdaptiveAugment"/> draws: an affine map of pixels and one of colours for each image.</summary>
public sealed record AdaptiveTransform : ImageTransform
{
    /// <summary>Initializes the transforms.</summary>
    /// <param name="pixels">
    /// The maps <c>[N, 2, 3]</c> from points of the result to points of the image, from −1 to 1: see <see cref="Tensor.AffineGrid"/>.
    /// </param>
    /// <param name="colours">
    /// The maps <c>[N, 3, 4]</c> of (red, green, blue, 1); grey images are scaled by their mean row.
    /// </param>
    /// <exception cref="ShapeException">The shapes differ from these.</exception>
    public AdaptiveTransform(Tensor pixels, Tensor colours)
        : base((pixels ?? throw new ArgumentNullException(nameof(pixels))).Shape[0])
    {
        ArgumentNullException.ThrowIfNull(colours);
        if (pixels.Shape != new Shape(Count, 2, 3) || colours.Shape != new Shape(Count, 3, 4))
        {
            throw new ShapeException(
                $"{nameof(AdaptiveTransform)}: maps of pixels must be [N, 2, 3] and those of colours [N, 3, 4], but are "
                + $"{pixels.Shape} and {colours.Shape}. Give one of each per image.");
        }

        (Pixels, Colours) = (pixels, colours);
    }

    /// <summary><inheritdoc cref="AdaptiveTransform(Tensor, Tensor)" path="/param[@name='pixels']/node()"/></summary>
    public Tensor Pixels { get; }

    /// <summary><inheritdoc cref="AdaptiveTransform(Tensor, Tensor)" path="/param[@name='colours']/node()"/></summary>
    public Tensor Colours { get; }

    /// <summary>Combines draws for images of a size.</summary>
    internal static AdaptiveTransform Of(AdaptiveDraw[] draws, int height, int width)
    {
        // From pixels to points, and back.
        SquareMatrix points = SquareMatrix.Scale(2.0 / width, 2.0 / height);
        SquareMatrix pixels = SquareMatrix.Scale(width / 2.0, height / 2.0);
        double[] maps = [.. draws.SelectMany(draw => (points * draw.Geometry() * pixels).Values.Take(6))];
        double[] colours = [.. draws.SelectMany(static draw => draw.Colour().Values.Take(12))];
        return new AdaptiveTransform(Tensor.From(maps, [draws.Length, 2, 3]), Tensor.From(colours, [draws.Length, 3, 4]));
    }

    private protected override Tensor Transform(Tensor images)
    {
        Size2 size = new(images.Shape[2], images.Shape[3]);
        Tensor moved = images.GridSample(Tensor.AffineGrid(Pixels.To(images.DType), size), GridPadding.Reflection);
        Tensor colours = Colours.To(images.DType);
        colours = images.Shape[1] == 3 ? colours : Grey(colours);
        Tensor mixed = colours.Narrow(2, 0, images.Shape[1]).MatMul(moved.Flatten(2)) + colours.Narrow(2, images.Shape[1], 1);
        return mixed.Reshape(images.Shape);
    }

    // A grey value is three equal colours, and the mean of what they become.
    static Tensor Grey(Tensor colours)
    {
        Tensor row = colours.Mean(1, keepDim: true);
        return Tensor.Cat([row.Narrow(2, 0, 3).Sum(2, keepDim: true), row.Narrow(2, 3, 1)], 2);
    }
}
