using Criterion.Losses;

namespace Criterion.Metrics;

/// <summary>
/// Gradient magnitude similarity deviation, a distance: lower is better, 0 for identical images. The standard deviation over the pixels of
/// (2 g₁ g₂ + c) / (g₁² + g₂² + c), where g are the magnitudes of Prewitt gradients and c = 170 for values of 0 to 255.
/// </summary>
/// <remarks>
/// Images are averaged over blocks of 2×2 first, as in the authors' code; an odd side is padded with black. c is positive, so flat regions
/// have the similarity 1. The deviation is that of a sample, with n − 1, as in the authors' code; PIQ divides by n. Colour images are
/// converted by <see cref="LumaConvention.Bt601Full"/> unless <see cref="ImageMetric.Luma"/> is set. Source: Xue, Zhang, Mou, Bovik,
/// Gradient magnitude similarity deviation, 2014.
/// </remarks>
public sealed record Gmsd : ImageMetric
{
    const double Stability = 170;
    const int LeastSide = 3;
    const int Colours = 3;

    /// <summary>Initializes the metric.</summary>
    /// <param name="range">The values of black and white.</param>
    public Gmsd(ImageRange range)
        : base(range)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Measure(Tensor image, Tensor reference)
    {
        ImageChecks.CheckSide(Name, image, LeastSide, ", so that a deviation exists");
        (Tensor x, Tensor y) = (SquaredGradient(image), SquaredGradient(reference));
        Tensor similarity = (((2 * (x * y).Sqrt()) + Stability) / (x + y + Stability)).Flatten(1);
        Tensor centred = similarity - similarity.Mean(1, keepDim: true);
        return ((centred * centred).Sum(1) / (similarity.Size(1) - 1)).Sqrt();
    }

    Tensor SquaredGradient(Tensor images)
    {
        Tensor gradients = Halved(Grey(images)).Conv2d(Prewitt(), padding: 1);
        return (gradients * gradients).Sum(1, keepDim: true);
    }

    Tensor Grey(Tensor images)
    {
        Tensor grey = images.Size(1) == Colours ? Lumas.Of(images, Range, LumaConvention.Bt601Full) : images;
        return grey.Size(1) == 1
            ? (grey - Range.Black()) * (255 / Range.Extent())
            : throw new ShapeException(
                $"{Name}: images must have one or three channels, but are {images.Shape}. Narrow(1, 0, 3) drops the alpha of RGBA.");
    }

    static Tensor Halved(Tensor images) => images.Pad([0, images.Size(3) % 2, 0, images.Size(2) % 2]).AvgPool2d(2);

    static Tensor Prewitt() => Tensor.From([1.0, 0, -1, 1, 0, -1, 1, 0, -1, 1, 1, 1, 0, 0, 0, -1, -1, -1], [2, 1, 3, 3]) / 3;
}
